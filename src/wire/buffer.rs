//! Bytes that have come in and have not gone out.

use std::fmt;

/// What a reader of a stream holds: bytes go in at the end and out at the start.
#[derive(Clone, Default)]
pub(super) struct Buffer {
    bytes: Vec<u8>,
    /// Where in `bytes` the first byte stands that has not gone out.
    start: usize,
}

impl Buffer {
    /// Takes the next bytes of the stream.
    pub(super) fn push(&mut self, piece: &[u8]) {
        // What has gone out is dropped once a piece, not each time: that would cost the square of the size.
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(piece);
    }

    /// The bytes that are held.
    pub(super) fn held(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The first `len` bytes that are held, which go out.
    pub(super) fn take(&mut self, len: usize) -> Vec<u8> {
        let taken = self.held()[..len].to_vec();
        self.start += len;
        taken
    }
}

/// Shows how much is held, never the text.
impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer").field("held", &self.held().len()).finish_non_exhaustive()
    }
}
