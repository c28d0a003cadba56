//! Finds the messages among named values: which values are said, by whom, when, and in which conversation.
//!
//! The rules depend on shapes and on the words in names, so that they hold for unknown exports. What the names do not
//! show is learned from all available records: fields with sentences are text, a field with two alternating values
//! identifies the speaker, and lists of people explain ids.

mod copies;
mod reading;
mod shape;
mod speaker;
mod study;
mod turns;
mod words;

use super::Trouble;
use super::fields::Names;
use super::nested::{self, ReadTree};
use super::record::{Body, Part, Record, Said, Speaker};
use super::tree::Tree;
use copies::find_summaries;
use reading::Reading;
pub(crate) use study::{Candidates, Interpreter};

impl Interpreter {
    /// Turns the values of a record into messages.
    pub(crate) fn read(&self, record: &mut Record, names: &mut Names) {
        if !matches!(record.body, Body::Tree(_)) {
            return;
        }
        let Body::Tree(tree) = std::mem::replace(&mut record.body, Body::Said(Vec::new())) else { return };
        let said = self.messages(record, &tree, names, &Speaker::default(), 0);
        if !self.has_text && record.trouble.is_none() && said.iter().any(|said| matches!(said.part, Part::Said)) {
            record.trouble = Some(Trouble::NoField);
        }
        record.body = Body::Said(said);
    }
}

impl ReadTree for Interpreter {
    fn messages(
        &self,
        record: &mut Record,
        tree: &Tree,
        names: &mut Names,
        speaker: &Speaker,
        depth: usize,
    ) -> Vec<Said> {
        let mut reading = Reading::new(self, record, tree, names, speaker);
        reading.find_words();
        reading.find_texts();
        let (mut all, data) = reading.collect();
        let mut said = Vec::with_capacity(all.len() + data.len());
        nested::expand_all(self, record, names, &mut all, depth, &mut said);
        find_summaries(record, &mut said);
        said.extend(data);
        said
    }
}
