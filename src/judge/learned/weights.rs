//! The learned weights: a table from the hash of a feature to a row of small integers.
//!
//! The file is what `train/` writes, all in little-endian order: the number of places (a power of two), the number of rows,
//! the biases, for each place the upper half of the hash of its feature and the number of its row (from 1, 0 for none), and
//! the rows. It is read as it is; nothing is parsed and nothing is floating point, so every platform decides alike.

use std::borrow::Cow;

/// The number of integers in a row. Of a feature of a value: the log-odds that it is a secret, and how much each of the
/// seven kinds gains. Of a feature of a question: how much each of the seven kinds and anything harmless gains.
pub(super) const COLUMNS: usize = 8;

/// A row of the table, or a sum of rows.
pub(super) type Row = [i32; COLUMNS];

/// The weights. Sums of them are in sixteenths of a nat.
pub(super) struct Weights {
    bytes: Cow<'static, [u8]>,
    places: usize,
}

static BUILT_IN: &[u8] = include_bytes!("weights.bin");

const HEADER: usize = 8 + 2 * COLUMNS * 2;

/// The bytes of a place.
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

    /// Whether nothing has been learned.
    pub(super) fn is_empty(&self) -> bool {
        self.places == 1
    }

    fn bias(&self, table: usize) -> Row {
        std::array::from_fn(|i| {
            let at = 8 + (table * COLUMNS + i) * 2;
            i32::from(i16::from_le_bytes([self.bytes[at], self.bytes[at + 1]]))
        })
    }

    /// The sum to which the features of a value are added.
    pub(super) fn of_value(&self) -> Row {
        self.bias(0)
    }

    /// The sum to which the features of a question are added.
    pub(super) fn of_question(&self) -> Row {
        self.bias(1)
    }

    /// Returns the row of a feature, if it has one.
    #[inline]
    pub(super) fn row(&self, feature: u32) -> Option<[i8; COLUMNS]> {
        let mut place = feature as usize & (self.places - 1);
        loop {
            let at = HEADER + place * PLACE;
            let entry = self.bytes[at..].first_chunk().map_or(0, |entry| u32::from_le_bytes(*entry));
            if entry >> 16 == 0 {
                return None;
            }
            if entry & 0xFFFF == feature >> 16 {
                let at = HEADER + self.places * PLACE + ((entry >> 16) as usize - 1) * COLUMNS;
                return self.bytes[at..].first_chunk().map(|row: &[u8; COLUMNS]| row.map(|weight| weight as i8));
            }
            place = (place + 1) & (self.places - 1);
        }
    }

    /// Adds the row of a feature to a sum.
    #[inline]
    pub(super) fn add(&self, sum: &mut Row, feature: u32) {
        if let Some(row) = self.row(feature) {
            for (sum, weight) in sum.iter_mut().zip(row) {
                *sum += i32::from(weight);
            }
        }
    }
}

/// Returns the number of places of a table. Panics unless the table is whole.
const fn places(bytes: &[u8]) -> usize {
    let places = number(bytes, 0);
    let rows = number(bytes, 4);
    assert!(places.is_power_of_two() && bytes.len() == HEADER + places * PLACE + rows * COLUMNS);
    places
}

const fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}
