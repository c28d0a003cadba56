//! The buffer that the splitters of event streams and of lines share.

use std::fmt;

/// Bytes of a stream that have arrived and have not been taken. A splitter examines each byte once, and takes the
/// examined bytes when a unit is complete.
#[derive(Clone, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// The start of the bytes that have not been taken.
    start: usize,
    /// The number of those bytes that have been examined.
    examined: usize,
}

impl Buffer {
    /// Appends the next bytes of the stream.
    pub(super) fn push(&mut self, piece: &[u8]) {
        // Dropping taken bytes once per piece, not once per unit, keeps the cost linear.
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(piece);
    }

    /// Returns the bytes that have not been taken.
    pub(super) fn held(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Returns the bytes that have not been examined.
    pub(super) fn unexamined(&self) -> &[u8] {
        &self.bytes[self.start + self.examined..]
    }

    /// Returns the number of bytes examined since the last unit was taken.
    pub(super) fn examined(&self) -> usize {
        self.examined
    }

    /// Marks the next `len` bytes as examined.
    pub(super) fn advance(&mut self, len: usize) {
        self.examined += len;
    }

    /// Takes the first `len` bytes. The rest counts as not examined.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        let taken = self.held()[..len].to_vec();
        self.start += len;
        self.examined = 0;
        taken
    }

    /// Takes the examined bytes.
    pub(super) fn take_examined(&mut self) -> Vec<u8> {
        self.take(self.examined)
    }

    /// Takes everything.
    pub(super) fn take_all(&mut self) -> Vec<u8> {
        self.take(self.held().len())
    }
}

/// Shows the number of bytes, never the text.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("held", &self.held().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_returns_its_bytes_in_order() {
        let mut buffer = Buffer::default();
        buffer.push(b"ab");
        buffer.advance(1);
        assert_eq!(buffer.take_examined(), b"a");
        buffer.push(b"cd");
        assert_eq!((buffer.held(), buffer.unexamined()), (&b"bcd"[..], &b"bcd"[..]));
        buffer.advance(2);
        assert_eq!(buffer.examined(), 2);
        assert_eq!(buffer.take_all(), b"bcd");
        assert_eq!(buffer.held(), b"");
        assert_eq!(format!("{buffer:?}"), "Buffer { held: 0, .. }");
    }
}
