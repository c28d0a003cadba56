//! Collects records into batches, and finds the messages in them.

use super::fields::{Fields, Names};
use super::interpret::{Candidates, Interpreter};
use super::nested;
use super::record::{Body, Record, Said};
use super::segment::Segment;
use super::spelling::encoded;
use super::tree::Kind;
use super::words::join_words;
use crate::threads::spread;
use lastfour::Span;

/// The size of a batch in bytes.
const BATCH: usize = 2 << 20;

/// The minimum number of records that a thread reads at a time.
const PIECE: usize = 64;

/// Records with their messages.
#[derive(Default)]
pub(crate) struct Batch {
    pub(super) records: Vec<(Record, Vec<Said>)>,
    /// The size of the records in bytes.
    pub(super) len: usize,
    /// Fields that may have to be named by the user.
    pub(super) candidates: Candidates,
}

/// Finds the messages of records, batch by batch: the records of a batch show together what their fields mean.
pub(crate) struct Collector {
    pub(crate) names: Names,
    interpreter: Interpreter,
    records: Vec<Record>,
    len: usize,
    /// The number of threads over which the records of a batch are spread.
    threads: usize,
}

impl Collector {
    pub(crate) fn new(fields: Fields, threads: usize) -> Self {
        let (names, interpreter) = (Names::new(fields), Interpreter::default());
        Self { names, interpreter, records: Vec::new(), len: 0, threads }
    }

    /// Adds the next record. Returns the batch if it is large enough.
    pub(crate) fn push(&mut self, record: Record) -> Option<Batch> {
        self.len += record.raw.len();
        self.records.push(record);
        (self.len >= BATCH).then(|| self.take())
    }

    /// Returns the records that were added since the last batch.
    pub(crate) fn take(&mut self) -> Batch {
        let mut records = std::mem::take(&mut self.records);
        records.iter_mut().for_each(decode_values);
        let records = join_words(records, &mut self.names);
        self.interpreter.study(&records, &mut self.names);
        // Each piece has its own copy of the names, to which it adds those in nested documents. A piece is large enough
        // to be worth the copy. Its size does not depend on the number of threads, so the messages do not either.
        let size = PIECE.max(self.names.len() / 4);
        let mut records = records.into_iter();
        let pieces: Vec<Vec<Record>> = std::iter::from_fn(|| {
            Some(records.by_ref().take(size).collect()).filter(|piece: &Vec<_>| !piece.is_empty())
        })
        .collect();
        let read = |piece: Vec<Record>| -> Vec<_> {
            let mut names = self.names.clone();
            piece.into_iter().map(|record| read(&self.interpreter, &mut names, record)).collect()
        };
        let records = spread(self.threads, pieces, read).into_iter().flatten().collect();
        let candidates = self.interpreter.candidates(&self.names);
        Batch { records, len: std::mem::take(&mut self.len), candidates }
    }
}

/// Returns a record with its messages.
fn read(interpreter: &Interpreter, names: &mut Names, mut record: Record) -> (Record, Vec<Said>) {
    interpreter.read(&mut record, names);
    let said = match std::mem::replace(&mut record.body, Body::Said(Vec::new())) {
        Body::Said(said) => said,
        Body::Texts(said) => nested::expand_texts(interpreter, &mut record, names, said),
        Body::Tree(_) => Vec::new(),
    };
    (record, said)
}

/// Decodes the values that are texts in Base64 or in hexadecimal digits.
fn decode_values(record: &mut Record) {
    if !matches!(record.body, Body::Tree(_)) {
        return;
    }
    let Body::Tree(mut tree) = std::mem::replace(&mut record.body, Body::Said(Vec::new())) else { return };
    for node in tree.nodes.iter_mut().filter(|node| node.kind == Kind::Text) {
        if let Some((spelling, span)) = encoded(record.bytes(&node.segment)) {
            let start = node.segment.start as usize;
            let span = Span::new(start + span.start, start + span.end);
            node.segment = Segment { joint: node.segment.joint, ..Segment::new(node.segment.layer, spelling, span) };
        }
    }
    record.body = Body::Tree(tree);
}
