//! The learned weights: a table from the hash of a feature to a row of small integers.
//!
//! The file is what `train/` writes: the number of places (a power of two), the biases, the keys, the rows. It is read as
//! it is; nothing is parsed and nothing is floating point, so that every platform decides alike.

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

const HEADER: usize = 4 + 2 * COLUMNS * 2;

impl Weights {
    /// Returns the weights that are compiled in.
    pub(super) const fn built_in() -> Self {
        let places = u32::from_le_bytes([BUILT_IN[0], BUILT_IN[1], BUILT_IN[2], BUILT_IN[3]]) as usize;
        assert!(places.is_power_of_two() && BUILT_IN.len() == HEADER + places * (4 + COLUMNS));
        Self { bytes: Cow::Borrowed(BUILT_IN), places }
    }

    /// Returns the weights in the file that `LASTFOUR_WEIGHTS` names, or those that are compiled in.
    #[cfg(test)]
    pub(super) fn named_or_built_in() -> Self {
        let Ok(path) = std::env::var("LASTFOUR_WEIGHTS") else { return Self::built_in() };
        let bytes = std::fs::read(path).expect("a file of weights");
        let places = u32::from_le_bytes(bytes[..4].try_into().expect("a header")) as usize;
        assert!(places.is_power_of_two() && bytes.len() == HEADER + places * (4 + COLUMNS));
        Self { bytes: Cow::Owned(bytes), places }
    }

    /// Whether nothing has been learned.
    pub(super) fn is_empty(&self) -> bool {
        self.places == 1
    }

    fn bias(&self, table: usize) -> Row {
        std::array::from_fn(|i| {
            let at = 4 + (table * COLUMNS + i) * 2;
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
            let at = HEADER + place * 4;
            let key = u32::from_le_bytes([self.bytes[at], self.bytes[at + 1], self.bytes[at + 2], self.bytes[at + 3]]);
            if key == 0 {
                return None;
            }
            if key == feature {
                let at = HEADER + self.places * 4 + place * COLUMNS;
                return Some(std::array::from_fn(|i| self.bytes[at + i] as i8));
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
