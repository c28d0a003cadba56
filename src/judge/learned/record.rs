//! Records the features of values and questions while messages are scanned, for training.

use std::cell::RefCell;
use std::fmt::Write as _;

use crate::detect::cues::Topic;
use crate::entity::Entity;
use crate::span::Span;

thread_local! {
    static RECORD: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// The labels of the message that is being scanned, and the lines written so far.
#[derive(Default)]
struct Record {
    labels: Option<Labels>,
    lines: String,
    /// The number of scans of the message. A redacted message is scanned again; only the first scan is recorded.
    scans: usize,
}

/// Returns whether features are being recorded.
pub(super) fn is_recording() -> bool {
    RECORD.with_borrow(Option::is_some)
}

/// The labels of a message.
pub(crate) struct Labels {
    /// The positions and kinds of its secrets.
    pub(crate) secrets: Vec<(Span, Entity)>,
    /// The topics that it asks for, one bit each in the order of the topics; bit 7 for anything harmless.
    pub(crate) asks: u8,
    /// Whether to record it.
    pub(crate) counts: bool,
    /// The index of its conversation, and its index in it.
    pub(crate) place: (usize, usize),
}

/// Starts recording.
pub(crate) fn start() {
    RECORD.set(Some(Record::default()));
}

/// Sets the labels of the next message.
pub(crate) fn next(labels: Labels) {
    RECORD.with_borrow_mut(|record| {
        let record = record.as_mut().expect("recording");
        (record.labels, record.scans) = (Some(labels), 0);
    });
}

/// Stops recording and returns the recorded lines.
pub(crate) fn finish() -> String {
    RECORD.take().expect("recording").lines
}

/// Returns the class of an entity: its place in the order of the topics, starting with 1.
pub(crate) fn class(entity: Entity) -> usize {
    Topic::of(entity).map_or(0, |topic| topic as usize + 1)
}

/// Records the features of a value and returns its label, if recording.
pub(super) fn value(
    span: Span,
    rule: Option<Entity>,
    features: impl FnOnce(&mut dyn FnMut(u64, u32)),
) -> Option<Option<Entity>> {
    RECORD.with_borrow_mut(|record| {
        let record = record.as_mut()?;
        let within = |secret: &&(Span, Entity)| {
            let shared = span.end.min(secret.0.end).saturating_sub(span.start.max(secret.0.start));
            shared * 2 > (span.end - span.start).min(secret.0.end - secret.0.start)
        };
        let labels = record.labels.as_ref().expect("labels");
        let label = labels.secrets.iter().find(within).map(|(_, entity)| *entity);
        if labels.counts && record.scans == 0 {
            let _ = write!(
                record.lines,
                "V {} {} {} {} {} {}",
                labels.place.0,
                labels.place.1,
                span.start,
                span.end,
                label.map_or(0, class),
                rule.map_or(0, class)
            );
            let lines = &mut record.lines;
            // The template is in the upper half, so that training can leave templates out.
            features(&mut |template, feature| {
                let _ = write!(lines, " {:x}", template << 32 | u64::from(feature));
            });
            record.lines.push('\n');
        }
        Some(label)
    })
}

/// Records the features of a question, if recording.
pub(super) fn question(features: impl FnOnce(&mut dyn FnMut(u32))) {
    RECORD.with_borrow_mut(|record| {
        let Some(record) = record.as_mut() else { return };
        if record.scans > 0 {
            return;
        }
        let labels = record.labels.as_ref().expect("labels");
        let _ = write!(record.lines, "Q {} {}", labels.place.0, labels.asks);
        let lines = &mut record.lines;
        features(&mut |feature| {
            let _ = write!(lines, " {feature:x}");
        });
        record.lines.push('\n');
    });
}

/// Counts one scan of the current message.
pub(in crate::judge) fn count_scan() {
    RECORD.with_borrow_mut(|record| {
        if let Some(record) = record {
            record.scans += 1;
        }
    });
}
