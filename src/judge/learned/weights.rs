//! The learned weights: a table from the hash of a feature to a row of small integers.
//!
//! The score of a value is a sum of weights plus the output of a small hidden layer (ReLU). Each feature adds to each
//! hidden unit.
//!
//! The file is written by `train/`, in little-endian order: the number of slots (a power of two); the number of rows;
//! the biases of values, of questions and of the hidden units; the weights of the hidden units; for each slot the upper
//! half of the hash of its feature and the number of its row (from 1, 0 if empty); the rows. It is used in place
//! without parsing, and all arithmetic is on integers, so every platform gets the same score.

use std::borrow::Cow;

/// The number of output weights in a row. For a feature of a value: the log-odds that it is a secret, and the gain of
/// each of the seven kinds. For a feature of a question: the gain of each of the seven kinds and of anything harmless.
pub(super) const COLUMNS: usize = 8;

/// The number of hidden units. Their weights are the rest of a row.
const HIDDEN: usize = 16;

/// The number of bytes of a row.
const ROW: usize = COLUMNS + HIDDEN;

/// The right shift that scales the product of a hidden unit and its weight to sixteenths of a nat.
const HIDDEN_BITS: u32 = 13;

/// A sum of rows, in sixteenths of a nat.
pub(super) type Row = [i32; COLUMNS];

/// The sum of the features of a value.
pub(super) struct Sum {
    row: Row,
    hidden: [i32; HIDDEN],
}

/// The weights.
pub(super) struct Weights {
    bytes: Cow<'static, [u8]>,
    places: usize,
}

static BUILT_IN: &[u8] = include_bytes!("weights.bin");

const HEADER: usize = 8 + 2 * (2 * COLUMNS + 2 * HIDDEN);

/// The number of bytes of a slot.
const PLACE: usize = 4;

impl Weights {
    /// Returns the weights that are compiled in.
    pub(super) const fn built_in() -> Self {
        Self { bytes: Cow::Borrowed(BUILT_IN), places: places(BUILT_IN) }
    }

    /// Returns the weights in the file that `LASTFOUR_WEIGHTS` names, or those that are compiled in.
    #[cfg(test)]
    pub(super) fn named_or_built_in() -> Self {
        let Ok(path) = std::env::var("LASTFOUR_WEIGHTS") else { return Self::built_in() };
        let bytes = std::fs::read(path).expect("a file of weights");
        Self { places: places(&bytes), bytes: Cow::Owned(bytes) }
    }

    /// Returns whether nothing has been learned.
    pub(super) fn is_empty(&self) -> bool {
        self.places == 1
    }

    /// Returns `N` numbers of the header, after `skipped` others.
    fn header<const N: usize>(&self, skipped: usize) -> [i32; N] {
        std::array::from_fn(|i| {
            let at = 8 + (skipped + i) * 2;
            i32::from(i16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]))
        })
    }

    /// Returns the biases of values, to which their features are added.
    pub(super) fn of_value(&self) -> Sum {
        Sum { row: self.header(0), hidden: self.header(2 * COLUMNS) }
    }

    /// Returns the biases of questions, to which their features are added.
    pub(super) fn of_question(&self) -> Row {
        self.header(COLUMNS)
    }

    /// Returns the scores of a value: whether it is a secret, and of which kind.
    pub(super) fn scores(&self, sum: &Sum) -> Row {
        let mut row = sum.row;
        row[0] += self.hidden_output(sum);
        row
    }

    /// Returns the contribution of the hidden units to the score of a value.
    pub(super) fn hidden_output(&self, sum: &Sum) -> i32 {
        let weights: [i32; HIDDEN] = self.header(2 * COLUMNS + HIDDEN);
        sum.hidden.iter().zip(weights).map(|(unit, weight)| (*unit).max(0) * weight).sum::<i32>() >> HIDDEN_BITS
    }

    /// Returns the row of a feature, if it has one.
    #[inline]
    fn find(&self, feature: u32) -> Option<&[u8; ROW]> {
        let mut place = feature as usize & (self.places - 1);
        loop {
            let at = HEADER + place * PLACE;
            let entry = self.bytes[at..].first_chunk().map_or(0, |entry| u32::from_le_bytes(*entry));
            if entry >> 16 == 0 {
                return None;
            }
            if entry & 0xFFFF == feature >> 16 {
                let at = HEADER + self.places * PLACE + ((entry >> 16) as usize - 1) * ROW;
                return self.bytes[at..].first_chunk();
            }
            place = (place + 1) & (self.places - 1);
        }
    }

    /// Returns the direct contribution of a feature to the score of a value, without the hidden units.
    pub(super) fn alone(&self, feature: u32) -> i32 {
        self.find(feature).map_or(0, |row| i32::from(row[0] as i8))
    }

    /// Adds a feature of a value.
    #[inline]
    pub(super) fn add(&self, sum: &mut Sum, feature: u32) {
        if let Some(row) = self.find(feature) {
            add_up(&mut sum.row, row.first_chunk());
            add_up(&mut sum.hidden, row.last_chunk());
        }
    }

    /// Adds a feature of a question.
    #[inline]
    pub(super) fn add_question(&self, sum: &mut Row, feature: u32) {
        if let Some(row) = self.find(feature) {
            add_up(sum, row.first_chunk());
        }
    }
}

/// Adds weights to a sum. Both lengths are constants, so that the loop is vectorized.
#[inline]
fn add_up<const N: usize>(sum: &mut [i32; N], weights: Option<&[u8; N]>) {
    for (sum, weight) in sum.iter_mut().zip(weights.unwrap_or(&[0; N])) {
        *sum += i32::from(*weight as i8);
    }
}

/// Returns the number of slots of a table. Panics if the table is incomplete.
const fn places(bytes: &[u8]) -> usize {
    let places = number(bytes, 0);
    let rows = number(bytes, 4);
    assert!(places.is_power_of_two() && bytes.len() == HEADER + places * PLACE + rows * ROW);
    places
}

const fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}
