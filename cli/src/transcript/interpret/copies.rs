//! Texts that say again what others say: copies, equal values and summaries.

use std::collections::HashMap;

use super::reading::Reading;
use crate::transcript::echo::{have_same_words, key_of};
use crate::transcript::record::{Part, Record, Said};
use crate::transcript::tree::Kind;

/// The maximum number of messages after one that are checked for one within it.
const MOST_WITHIN: usize = 8;

impl Reading<'_> {
    /// Marks copies. If an object has several texts of one speaker, one is the message and the others are copies. Texts
    /// of other speakers with the same words are copies too, because a bot may repeat what it was told. `kinds` tells of each
    /// text whether it is one by its content, and whether it names its speaker. Those that do are several messages.
    pub(super) fn find_copies(&self, all: &mut [Said], messages: &[usize], kinds: &[(bool, bool)]) {
        if messages.len() < 2 {
            return;
        }
        let key = |said: &Said| key_of(&self.record.join(&said.segments).bytes);
        let mut mains: Vec<usize> = Vec::new();
        // Those that are text by name come first.
        let (named, others): (Vec<usize>, Vec<usize>) = messages.iter().partition(|at| !kinds[**at].0);
        for at in named.into_iter().chain(others) {
            let same = mains.iter().copied().find(|main| !kinds[at].1 && all[*main].speaker == all[at].speaker);
            let same =
                same.or_else(|| mains.iter().copied().take(MOST_WITHIN).find(|main| key(&all[*main]) == key(&all[at])));
            match same {
                Some(main) => all[at].part = Part::Copy(u32::try_from(main).unwrap_or(u32::MAX)),
                None => mains.push(at),
            }
        }
    }

    /// If a message and the only message within its object have the same words, marks one as a copy of the other.
    pub(super) fn find_equal_messages(&self, all: &mut [Said], owners: &[(u32, Option<u32>)]) {
        let nobody = |said: &Said| said.speaker == *self.outer && matches!(said.part, Part::Said);
        let mut texts: HashMap<u32, usize> = HashMap::new();
        for (at, (owner, array)) in owners.iter().enumerate() {
            if array.is_none() && all[at].part == Part::Said {
                texts.entry(*owner).or_insert(at);
            }
        }
        let key = |said: &Said| key_of(&self.record.join(&said.segments).bytes);
        for at in 0..all.len() {
            let (owner, array) = owners[at];
            if let Some(array) = array.filter(|_| all[at].part == Part::Said) {
                // The words of a turn next to its text.
                let text = self.tree.ancestors(array).find_map(|above| texts.get(&above).copied());
                if let Some(text) =
                    text.filter(|text| all[*text].part == Part::Said && key(&all[*text]) == key(&all[at]))
                {
                    all[at].part = Part::Copy(u32::try_from(text).unwrap_or(u32::MAX));
                    all[at].owner = all[text].owner;
                }
                continue;
            }
            if array.is_some() || all[at].part != Part::Said || self.node(owner).kind != Kind::Object {
                continue;
            }
            let end = self.node(owner).end;
            let inner =
                |other: &usize| owners[*other].0 > owner && owners[*other].0 < end && all[*other].part == Part::Said;
            let within: Vec<usize> = (at + 1..all.len()).take(MOST_WITHIN).filter(inner).collect();
            let [other] = within.as_slice() else { continue };
            if key(&all[at]) == key(&all[*other]) {
                // The one with a known speaker is kept.
                let (main, copy) = if nobody(&all[at]) { (*other, at) } else { (at, *other) };
                all[copy].part = Part::Copy(u32::try_from(main).unwrap_or(u32::MAX));
            }
        }
    }

    /// Returns the index of a node over all trees of the record.
    pub(super) fn number(&self, at: u32) -> u64 {
        u64::from(self.node(at).segment.layer) << 32 | u64::from(at)
    }

    /// Marks values with other names as copies if they have the same words as the message of their object.
    pub(super) fn find_equal_data(&mut self, all: &[Said], data: &mut [(u32, Said)]) {
        let mut by_owner: HashMap<u64, usize> = HashMap::new();
        for (at, said) in all.iter().enumerate() {
            if said.part == Part::Said {
                by_owner.entry(said.owner).or_insert(at);
            }
        }
        for (at, said) in data.iter_mut() {
            if !matches!(said.part, Part::Data(false) | Part::Form) {
                continue;
            }
            let owner = self.tree.ancestors(*at).find_map(|above| by_owner.get(&self.number(above)));
            let Some(&message) = owner else { continue };
            said.owner = all[message].owner;
            let (value, text) = (self.record.join(&said.segments), self.record.join(&all[message].segments));
            if have_same_words(&value.bytes, &text.bytes) {
                said.part = Part::Copy(u32::try_from(message).unwrap_or(0));
            }
        }
    }
}

/// The minimum number of letters and digits of a text that may repeat several messages.
const SHORTEST_SUMMARY: usize = 40;
/// The maximum number of texts of a record that are compared with its messages.
const MOST_SUMMARIES: usize = 64;

/// Finds texts that repeat several consecutive messages of the record, such as the transcript of a whole call next to
/// its turns.
pub(super) fn find_summaries(record: &Record, all: &mut [Said]) {
    if all.len() < 3 {
        return;
    }
    // The consecutive messages of one list.
    let keys: Vec<Vec<u8>> = all.iter().map(|said| key_of(&record.join(&said.segments).bytes)).collect();
    let longest = |at: &usize| matches!(all[*at].part, Part::Said | Part::Alone) && keys[*at].len() >= SHORTEST_SUMMARY;
    let mut candidates: Vec<usize> = (0..all.len()).filter(longest).collect();
    candidates.sort_by_key(|at| std::cmp::Reverse(keys[*at].len()));
    candidates.truncate(MOST_SUMMARIES);
    for at in candidates {
        // The messages that occur in the text one after the other, each followed by the next one that is not a copy.
        let whole = &keys[at];
        let others = || {
            (0..all.len())
                .filter(|other| *other != at && matches!(all[*other].part, Part::Said) && !keys[*other].is_empty())
        };
        let starts: Vec<usize> =
            others().filter(|other| keys[*other].len() < whole.len() && whole.starts_with(&keys[*other])).collect();
        for start in starts.into_iter().take(4) {
            let (mut end, mut covered, mut count) = (start, 0, 0);
            for other in others().filter(|other| *other >= start) {
                let rest = &whole[covered..];
                if rest.is_empty() || !rest.starts_with(&keys[other]) {
                    break;
                }
                covered += keys[other].len();
                end = other;
                count += 1;
            }
            if count >= 2 && covered * 10 >= whole.len() * 9 {
                let position = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                let summary = Part::Summary(position(start), position(end + 1));
                all[at].part = summary;
                // The same words in other forms.
                for other in 0..all.len() {
                    if all[other].part == Part::Copy(position(at)) && keys[other] == keys[at] {
                        all[other].part = summary;
                    }
                }
                break;
            }
        }
    }
}
