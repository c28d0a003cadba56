//! The learned weights: a table from the hash of a feature to a row of small integers.
//!
//! A score is a sum of weights plus the output of a small hidden layer (ReLU). Each feature adds to each hidden unit.
//! Values and questions have a layer each.
//!
//! The file is written by `train/`, in little-endian order: the number of slots (a power of two); the number of rows;
//! the biases of values and of questions; the biases of the hidden units of values, and their weights; the same of
//! questions, with a weight for each score; for each slot the upper 15 bits of the hash of its feature and 17 bits of the
//! number of its row (from 1, 0 if empty); the rows. It is used in place without parsing, and all arithmetic is on integers, so every
//! platform gets the same score.

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

/// The sum of the first `EIGHTS` times eight weights of rows.
///
/// Four weights are added at a time: a word of 64 bits holds four sums of 16 bits. Each weight is 128 too large, so that no sum
/// borrows from the next one.
#[derive(Clone, Copy)]
pub(super) struct Sum<const EIGHTS: usize> {
    /// The sums of every other weight, from the first and from the second.
    packed: [[u64; 2]; EIGHTS],
    /// How many rows they hold.
    rows: i32,
    /// The sums of the rows before those.
    unpacked: [[i32; 8]; EIGHTS],
}

impl<const EIGHTS: usize> Sum<EIGHTS> {
    const LANES: u64 = 0x00FF_00FF_00FF_00FF;

    /// The maximum number of rows whose sum fits in 16 bits.
    const MOST: i32 = 256;

    fn new(biases: [[i32; 8]; EIGHTS]) -> Self {
        const { assert!(COLUMNS == 8 && ROW.is_multiple_of(8)) };
        Self { packed: [[0; 2]; EIGHTS], rows: 0, unpacked: biases }
    }

    #[inline]
    fn add(&mut self, row: &[u8; ROW]) {
        for ([even, odd], weights) in self.packed.iter_mut().zip(row.as_chunks().0) {
            let weights = u64::from_le_bytes(*weights) ^ u64::from_le_bytes([0x80; 8]);
            *even += weights & Self::LANES;
            *odd += weights >> 8 & Self::LANES;
        }
        self.rows += 1;
        if self.rows == Self::MOST {
            *self = Self::new(self.sums());
        }
    }

    /// Returns the sums.
    pub(super) fn sums(&self) -> [[i32; 8]; EIGHTS] {
        std::array::from_fn(|at| {
            std::array::from_fn(|i| {
                let sum = (self.packed[at][i % 2] >> (16 * (i / 2))) as u16;
                self.unpacked[at][i] + i32::from(sum) - 128 * self.rows
            })
        })
    }
}

/// The sum of the features of a value or of a question: the scores, then the hidden units.
pub(super) type RowSum = Sum<{ ROW / 8 }>;

/// The weights.
pub(super) struct Weights {
    header: &'static [u8; HEADER],
    places: &'static [[u8; PLACE]],
    rows: &'static [[u8; ROW]],
}

static BUILT_IN: &[u8] = include_bytes!("weights.bin");

const HEADER: usize = 8 + 2 * (2 * COLUMNS + 2 * HIDDEN + HIDDEN + HIDDEN * COLUMNS);

/// The places of the biases and the weights of the hidden units in the header.
const OF_VALUES: usize = 2 * COLUMNS;
const OF_QUESTIONS: usize = OF_VALUES + 2 * HIDDEN;

/// The number of bytes of a slot.
const PLACE: usize = 4;

/// The number of bits of a slot that hold the number of its row.
const ROW_BITS: u32 = 17;

impl Weights {
    /// Returns the weights that are compiled in.
    pub(super) const fn built_in() -> Self {
        Self::of(BUILT_IN)
    }

    /// Returns the weights in a file. Panics if it is incomplete.
    const fn of(bytes: &'static [u8]) -> Self {
        let (places, rows) = (number(bytes, 0), number(bytes, 4));
        assert!(places.is_power_of_two() && bytes.len() == HEADER + places * PLACE + rows * ROW);
        let Some((header, rest)) = bytes.split_first_chunk() else { panic!("a header") };
        let (places, rows) = rest.split_at(places * PLACE);
        Self { header, places: places.as_chunks().0, rows: rows.as_chunks().0 }
    }

    /// Returns the weights in the file that `LASTFOUR_WEIGHTS` names, or those that are compiled in.
    #[cfg(test)]
    pub(super) fn named_or_built_in() -> Self {
        let Ok(path) = std::env::var("LASTFOUR_WEIGHTS") else { return Self::built_in() };
        Self::of(std::fs::read(path).expect("a file of weights").leak())
    }

    /// Returns whether nothing has been learned.
    pub(super) fn is_empty(&self) -> bool {
        self.places.len() == 1
    }

    /// Returns `N` numbers of the header, after `skipped` others.
    fn header<const N: usize>(&self, skipped: usize) -> [i32; N] {
        std::array::from_fn(|i| {
            let at = 8 + (skipped + i) * 2;
            i32::from(i16::from_le_bytes([self.header[at], self.header[at + 1]]))
        })
    }

    /// Returns the biases of values, to which their features are added.
    pub(super) fn of_value(&self) -> RowSum {
        self.biases(0, OF_VALUES)
    }

    /// Returns the biases of questions, to which their features are added.
    pub(super) fn of_question(&self) -> RowSum {
        self.biases(COLUMNS, OF_QUESTIONS)
    }

    /// Returns the biases of the scores and of the hidden units at these places.
    fn biases(&self, scores: usize, hidden: usize) -> RowSum {
        Sum::new(std::array::from_fn(|eight| match eight.checked_sub(1) {
            None => self.header(scores),
            Some(eight) => self.header(hidden + 8 * eight),
        }))
    }

    /// Returns the scores of a value: whether it is a secret, and of which kind.
    pub(super) fn scores(&self, sum: &RowSum) -> Row {
        let mut row = sum.sums()[0];
        row[0] += self.hidden_output(sum);
        row
    }

    /// Returns the contribution of the hidden units to the score of a value.
    pub(super) fn hidden_output(&self, sum: &RowSum) -> i32 {
        let weights: [i32; HIDDEN] = self.header(OF_VALUES + HIDDEN);
        scaled(lit(sum).iter().zip(weights).map(|(unit, weight)| product(*unit, weight)).sum())
    }

    /// Returns the scores of a question: what it asks for.
    pub(super) fn question_scores(&self, sum: &RowSum) -> Row {
        let mut output = [0_i64; COLUMNS];
        for (at, unit) in lit(sum).into_iter().enumerate().filter(|(_, unit)| *unit > 0) {
            let weights: [i32; COLUMNS] = self.header(OF_QUESTIONS + HIDDEN + COLUMNS * at);
            for (output, weight) in output.iter_mut().zip(weights) {
                *output += product(unit, weight);
            }
        }
        let scores = sum.sums()[0];
        std::array::from_fn(|i| scores[i] + scaled(output[i]))
    }

    /// Returns the row of a feature, if it has one.
    #[inline]
    fn find(&self, feature: u32) -> Option<&[u8; ROW]> {
        let last = self.places.len() - 1;
        let mut place = feature as usize & last;
        loop {
            let entry = u32::from_le_bytes(self.places[place]);
            let row = entry & ((1 << ROW_BITS) - 1);
            if row == 0 {
                return None;
            }
            if entry >> ROW_BITS == feature >> ROW_BITS {
                return self.rows.get(row as usize - 1);
            }
            place = (place + 1) & last;
        }
    }

    /// Returns the direct contribution of a feature to the score of a value, without the hidden units.
    pub(super) fn alone(&self, feature: u32) -> i32 {
        self.find(feature).map_or(0, |row| i32::from(row[0] as i8))
    }

    /// Adds a feature of a value or of a question.
    #[inline]
    pub(super) fn add<const EIGHTS: usize>(&self, sum: &mut Sum<EIGHTS>, feature: u32) {
        if let Some(row) = self.find(feature) {
            sum.add(row);
        }
    }
}

/// Many features of a long text may add up to more than 32 bits hold.
fn product(unit: i32, weight: i32) -> i64 {
    i64::from(unit) * i64::from(weight)
}

/// Scales a sum of such products to sixteenths of a nat.
fn scaled(sum: i64) -> i32 {
    i32::try_from(sum >> HIDDEN_BITS).unwrap_or(if sum < 0 { i32::MIN / 2 } else { i32::MAX / 2 })
}

/// Returns the hidden units of a sum.
fn lit(sum: &RowSum) -> [i32; HIDDEN] {
    let sums = sum.sums();
    let units = sums[1..].as_flattened();
    std::array::from_fn(|at| units[at].max(0))
}

const fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_sums_are_the_sums_of_the_weights() {
        let biases = [[-7, 0, 1, 30_000, -30_000, 5, 6, 7]; ROW / 8];
        for weights in [[-128_i8; ROW], [127; ROW], std::array::from_fn(|i| (i * 37 % 255) as i8)] {
            let (mut packed, mut plain) = (Sum::new(biases), biases);
            for _ in 0..1000 {
                packed.add(&weights.map(|weight| weight as u8));
                for (sum, weight) in plain.as_flattened_mut().iter_mut().zip(weights) {
                    *sum += i32::from(weight);
                }
                assert_eq!(packed.sums(), plain);
            }
        }
    }
}
