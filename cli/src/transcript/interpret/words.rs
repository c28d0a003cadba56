//! Arrays of words with times, as services for speech write them.

use super::shape::{LONGEST_WORD, may_be_sentence};
use crate::transcript::echo::have_same_words;
use crate::transcript::fields::Names;
use crate::transcript::record::Record;
use crate::transcript::tree::{Kind, Tree};

/// The maximum number of forms of a word. Services return up to ten alternatives of each.
const MOST_FORMS: usize = 16;

/// The minimum number of words of an array from which its name is learned.
pub(super) const FEWEST_WORDS: usize = 3;

/// Returns the texts of the words of an array if it is an array of at least `fewest` words: objects with one word each,
/// and with times. A word may have several forms. The last one, which often has punctuation, has the index 0.
pub(super) fn words_of(
    record: &Record,
    tree: &Tree,
    names: &Names,
    array: u32,
    fewest: usize,
) -> Option<Vec<(u32, u8)>> {
    let (mut elements, mut single, mut timed) = (0, 0, 0);
    let is_time = |name| names.meaning(name).time.is_some();
    let mut words = Vec::new();
    let mut first: Option<Vec<u8>> = None;
    let mut differ = false;
    for element in tree.children(array) {
        if tree.node(element).kind != Kind::Object {
            return None;
        }
        let is_text = |at: &u32| {
            let node = tree.node(*at);
            let name = tree.nearest_name(*at);
            let named = names.meaning(name).text.is_some() || names.words(name) == ["value"];
            node.kind == Kind::Text && named && record.is_editable(node.segment.layer)
        };
        // A word may have several forms, for example with and without punctuation.
        let mut forms: Vec<u32> = (element + 1..tree.node(element).end).filter(is_text).take(MOST_FORMS + 1).collect();
        let Some(&last) = forms.last() else { continue };
        // A list with times of its own: the element is a phrase, and the list has its words.
        let is_timed = |at: u32| tree.is_element(at) && tree.children(at).any(|child| is_time(tree.node(child).name));
        if (element + 1..tree.node(element).end).any(is_timed) {
            return None;
        }
        let text = |at: &u32| record.text(&tree.node(*at).segment).trim_ascii().to_vec();
        // The same word under an unknown name.
        let is_same = |at: &u32| {
            let node = tree.node(*at);
            let name = tree.nearest_name(*at);
            let may_be = may_be_sentence(names.meaning(name)) && !names.is_measure(name) && !is_text(at);
            may_be
                && node.kind == Kind::Text
                && record.is_editable(node.segment.layer)
                && node.segment.span().len() <= LONGEST_WORD
                && have_same_words(&text(at), &text(&last))
        };
        let others: Vec<u32> = (element + 1..tree.node(element).end).filter(is_same).take(MOST_FORMS).collect();
        forms.splice(0..0, others);
        if forms.len() > MOST_FORMS || forms.iter().any(|at| tree.node(*at).segment.span().len() > LONGEST_WORD) {
            return None;
        }
        words.extend(forms.iter().rev().copied().zip(0u8..));
        // Blanks between words may be separate elements, as punctuation may.
        if forms.iter().map(text).all(|text| text.iter().all(u8::is_ascii_punctuation)) {
            continue;
        }
        elements += 1;
        let word = text(&last);
        differ |= first.get_or_insert_with(|| word.clone()) != &word;
        single += usize::from(forms.iter().map(text).all(|text| !text.contains(&b' ')));
        let tells = |name| is_time(name) || names.is_measure(name);
        timed += usize::from(tree.children(element).any(|child| tells(tree.node(child).name)));
    }
    // The same word several times: alternatives of one word.
    let differ = differ || elements == 1;
    (elements >= fewest && differ && single * 10 >= elements * 9 && timed * 10 >= single * 9).then_some(words)
}
