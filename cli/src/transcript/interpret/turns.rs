//! The turns in an array of words.

use super::reading::{Group, Reading, Use};
use super::shape::speaker_names;
use crate::transcript::fields::About;
use crate::transcript::record::Speaker;
use crate::transcript::segment::{Joint, Segment};
use crate::transcript::tree::Kind;

impl Reading<'_> {
    /// Adds the turns of an array of words, once in each form: consecutive words of one speaker. A word without a form
    /// is in the turn in its first one, so that each turn is whole.
    pub(super) fn word_groups(&mut self, array: u32, groups: &mut Vec<Group>) {
        let mut forms: Vec<Vec<(u32, u32)>> = Vec::new();
        for at in array..self.node(array).end {
            let Use::Word(of, form) = self.uses[at as usize] else { continue };
            if of == array {
                let form = usize::from(form);
                forms.resize_with(forms.len().max(form + 1), Vec::new);
                forms[form].push((self.element(at, array), at));
            }
        }
        let Some((first, others)) = forms.split_first() else { return };
        self.turns(array, first.iter().map(|(_, word)| *word).collect(), groups);
        for form in others {
            let mut form = form.iter().peekable();
            let whole = first.iter().map(|(element, word)| match form.next_if(|(own, _)| own == element) {
                Some((_, own)) => *own,
                None => *word,
            });
            self.turns(array, whole.collect(), groups);
        }
    }

    /// Returns the element of an array that a node is in.
    pub(super) fn element(&self, at: u32, array: u32) -> u32 {
        self.tree.ancestors(at).find(|above| self.node(*above).parent == array).unwrap_or(at)
    }

    pub(super) fn turns(&mut self, array: u32, words: Vec<u32>, groups: &mut Vec<Group>) {
        let mut last: Option<Speaker> = None;
        let around = self.owner(array);
        let outer = self.speaker(around).unwrap_or_else(|| self.outer.clone());
        for word in words {
            let element = self.element(word, array);
            let own = self.speaker_of_word(word, array);
            let named = own.is_some();
            let speaker = own.unwrap_or_else(|| outer.clone());
            let segment = self.node(word).segment;
            // Punctuation does not have a speaker.
            let goes_on = last.as_ref().is_some_and(|last| *last == speaker || !named && *last != outer);
            match groups.last_mut().filter(|_| goes_on) {
                Some(group) => group.parts.push(Segment { joint: Joint::Blank, ..segment }),
                None => {
                    let time = self.time(element);
                    let owner = if named || array == 0 { element } else { around };
                    last = Some(speaker.clone());
                    groups.push(Group {
                        owner,
                        first: word,
                        array: Some(array),
                        speaks: true,
                        speaker,
                        parts: vec![segment],
                        time,
                        sentence: false,
                        names_speaker: false,
                    });
                }
            }
        }
    }

    /// Returns the speaker named by the innermost object around a word, up to the element of its array.
    fn speaker_of_word(&self, word: u32, array: u32) -> Option<Speaker> {
        let around = self.tree.ancestors(word).take_while(|at| *at != array);
        around.filter(|at| self.node(*at).kind == Kind::Object).find_map(|object| {
            let mut members: Vec<(About, u32)> =
                speaker_names(self.tree, object, self.names).map(|(at, about)| (about, at)).collect();
            members.extend(self.tree.children(object).filter_map(|at| {
                (self.names.meaning(self.node(at).name).about == Some(About::Name)).then_some((About::Name, at))
            }));
            members.sort_unstable();
            members.into_iter().map(|(about, at)| self.person(at, about)).find(|told| *told != Speaker::default())
        })
    }
}
