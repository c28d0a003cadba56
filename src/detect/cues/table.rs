//! Hash tables for words and for the edges of the phrase trie.

use crate::text::Block;

/// A word in lower case, of at most [`Key::LONGEST`] letters and digits.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Key([u64; 3]);

impl Key {
    pub(super) const LONGEST: usize = 24;

    /// Creates the key of the bytes `start..end` of `text`: 1 to [`Key::LONGEST`] letters and digits.
    #[inline(always)]
    pub(super) fn of(text: &[u8], start: usize, end: usize) -> Self {
        let len = end - start;
        let first = eight(text, start, len.min(8));
        if len <= 8 {
            return Self([first, 0, 0]);
        }
        let second = eight(text, start + 8, (len - 8).min(8));
        let third = if len <= 16 { 0 } else { eight(text, start + 16, len - 16) };
        Self([first, second, third])
    }

    /// Creates the key of a [word](Block::word) of up to eight letters.
    #[inline]
    pub(super) fn short(word: u64) -> Self {
        Self([word, 0, 0])
    }

    /// Returns the word in lower case, and its length.
    pub(super) fn word(self) -> ([u8; Self::LONGEST], usize) {
        let mut word = [0; Self::LONGEST];
        for (bytes, from) in word.chunks_mut(8).zip(self.0) {
            bytes.copy_from_slice(&from.to_le_bytes());
        }
        (word, word.iter().position(|byte| *byte == 0).unwrap_or(Self::LONGEST))
    }

    /// Returns whether it is the same word.
    #[inline]
    fn is(&self, other: &Self) -> bool {
        let Self([first, second, third]) = self;
        (first ^ other.0[0]) | (second ^ other.0[1]) | (third ^ other.0[2]) == 0
    }

    /// Returns a hash that uses all 64 bits.
    #[inline]
    pub(super) fn hash(self) -> u64 {
        let Self([first, second, third]) = self;
        first.wrapping_mul(0x9E37_79B9_7F4A_7C15)
            ^ second.wrapping_mul(0xC2B2_AE3D_27D4_EB4F)
            ^ third.wrapping_mul(0x1656_67B1_9E37_79F9)
    }
}

/// Returns 1 to 8 bytes from `at`, the first one lowest, zero-padded.
#[inline]
fn eight(text: &[u8], at: usize, len: usize) -> u64 {
    Block::at(text, at).word(len)
}

/// A map from words to numbers. Words are never removed, and most lookups succeed.
#[derive(Default)]
pub(super) struct Table {
    /// One more than the index of an entry, and 16 bits of its hash. The length is a power of two, and at most half of
    /// the slots are used.
    slots: Vec<u32>,
    entries: Vec<(Key, u16)>,
}

impl Table {
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<u16> {
        let hash = key.hash();
        let mut slot = self.slot(hash);
        loop {
            let found = *self.slots.get(slot)?;
            if found == 0 {
                return None;
            }
            if found >> 16 == tag(hash) {
                let (known, value) = &self.entries[(found & 0xFFFF) as usize - 1];
                if known.is(&key) {
                    return Some(*value);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, u16)> {
        self.entries.iter().copied()
    }

    /// Adds a word that is not in it.
    pub(super) fn insert(&mut self, key: Key, value: u16) {
        self.entries.push((key, value));
        if self.entries.len() * 2 > self.slots.len() {
            self.slots = vec![0; (self.slots.len() * 2).max(1024)];
            for place in 0..self.entries.len() {
                self.enter(place);
            }
        } else {
            self.enter(self.entries.len() - 1);
        }
    }

    fn enter(&mut self, place: usize) {
        let hash = self.entries[place].0.hash();
        let mut slot = self.slot(hash);
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let place = u32::try_from(place + 1).ok().filter(|place| *place < 1 << 16);
        self.slots[slot] = tag(hash) << 16 | place.expect("a table holds fewer than 65,536 words");
    }

    fn slot(&self, hash: u64) -> usize {
        (hash >> 40) as usize & self.slots.len().wrapping_sub(1)
    }
}

/// Returns bits of the hash other than those that choose the slot.
fn tag(hash: u64) -> u32 {
    (hash >> 24) as u32 & 0xFFFF
}

/// A map from words of up to eight letters to values. Word and value are in the same slot, so a lookup reads one cache
/// line.
pub(super) struct Short<V> {
    /// A word, or 0, and its value. The length is a power of two, and at most half of the slots are used.
    slots: Vec<(u64, V)>,
}

impl<V: Copy + Default> Short<V> {
    /// Copies the short words among these.
    pub(super) fn new(words: &[(Key, V)]) -> Self {
        let short = || words.iter().filter(|(key, _)| key.0[1] == 0);
        let mut new = Self { slots: vec![(0, V::default()); (short().count() * 2).next_power_of_two().max(2)] };
        for (key, value) in short() {
            let mut slot = new.slot(key.0[0]);
            while new.slots[slot].0 != 0 {
                slot = (slot + 1) & (new.slots.len() - 1);
            }
            new.slots[slot] = (key.0[0], *value);
        }
        new
    }

    /// Looks up a [word](Block::word).
    #[inline]
    pub(super) fn get(&self, word: u64) -> Option<&V> {
        let mut slot = self.slot(word);
        loop {
            let (known, value) = &self.slots[slot];
            if *known == word {
                return Some(value);
            }
            if *known == 0 {
                return None;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn slot(&self, word: u64) -> usize {
        (word.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & (self.slots.len() - 1)
    }
}

/// A map from a node and a word to the next node.
pub(super) struct Edges {
    /// The node in the highest 16 bits in use, then the word, then the target of the edge, or 0 for an empty slot. The
    /// length is a power of two, and at most half of the slots are used.
    slots: Vec<u64>,
}

impl Edges {
    pub(super) fn new(edges: &[(u16, u16, u16)]) -> Self {
        let mut new = Self { slots: vec![0; (edges.len() * 2).next_power_of_two().max(2)] };
        for &(node, word, next) in edges {
            let mut slot = new.slot(node, word);
            while new.slots[slot] != 0 {
                slot = (slot + 1) & (new.slots.len() - 1);
            }
            new.slots[slot] = u64::from(node) << 32 | u64::from(word) << 16 | u64::from(next);
        }
        new
    }

    pub(super) fn next(&self, node: u16, word: u16) -> Option<u16> {
        let from = u64::from(node) << 16 | u64::from(word);
        let mut slot = self.slot(node, word);
        loop {
            let edge = self.slots[slot];
            if edge == 0 {
                return None;
            }
            if edge >> 16 == from {
                return Some(edge as u16);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    fn slot(&self, node: u16, word: u16) -> usize {
        let hash = (u64::from(node) << 16 | u64::from(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (hash >> 40) as usize & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_depend_on_the_surrounding_text() {
        for len in 1..=Key::LONGEST {
            let word: Vec<u8> = (0..len as u8).map(|i| b'a' + i).collect();
            let alone = Key::of(&word, 0, len);
            let inside = [b"x, ", &*word.to_ascii_uppercase(), b" and more, and more"].concat();
            assert_eq!(Key::of(&inside, 3, 3 + len), alone, "{len} letters");
            assert_ne!(
                Key::of(&inside, 3, 3 + len.saturating_sub(1).max(1)),
                if len == 1 { Key::default() } else { alone }
            );
        }
    }

    #[test]
    fn a_table_finds_its_entries_and_nothing_else() {
        let mut table = Table::default();
        assert_eq!(table.get(Key::of(b"word", 0, 4)), None);
        let word = |n: u16| format!("word{n}");
        for n in 0..3000 {
            table.insert(Key::of(word(n).as_bytes(), 0, word(n).len()), n);
        }
        for n in 0..6000 {
            let found = table.get(Key::of(word(n).as_bytes(), 0, word(n).len()));
            assert_eq!(found, (n < 3000).then_some(n), "{n}");
        }
    }

    #[test]
    fn edges_lead_to_their_targets() {
        let edges: Vec<(u16, u16, u16)> = (1..2000).map(|n| (n, n % 7, n + 1)).collect();
        let edges = Edges::new(&edges);
        for n in 1..2000 {
            assert_eq!(edges.next(n, n % 7), Some(n + 1));
            assert_eq!(edges.next(n, n % 7 + 1), None);
        }
        assert_eq!(Edges::new(&[]).next(1, 1), None);
    }
}
