//! `std::io` adapters of the stream redactor.

use std::fmt;
use std::io::{self, Read, Write};

use super::{Finished, StreamRedactor};

/// The number of bytes read from the inner reader at once.
const READ: usize = 8 * 1024;

/// Redacts a text while it is read.
///
/// If the policy blocks the text, reading fails with [`io::ErrorKind::InvalidData`], so that a reader cannot take the part
/// before the secret for the whole.
///
/// ```
/// use std::io::Read;
/// use lastfour::{Conversation, Engine, RedactReader, Role, StreamRedactor};
///
/// let redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer);
/// let mut reader = RedactReader::new(&b"my card is 3782 822463 10005, thanks"[..], redactor);
/// let mut text = String::new();
/// reader.read_to_string(&mut text)?;
/// assert_eq!(text, "my card is **** ****** *0005, thanks");
/// assert_eq!(reader.finished().unwrap().findings.len(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct RedactReader<R> {
    inner: R,
    /// `None` after the end of the text.
    redactor: Option<StreamRedactor>,
    finished: Option<Finished>,
    /// Redacted text, of which `read` bytes have been read.
    out: Vec<u8>,
    read: usize,
}

impl<R: Read> RedactReader<R> {
    /// Returns a reader of the redacted text of `inner`.
    #[must_use]
    pub fn new(inner: R, redactor: StreamRedactor) -> Self {
        Self { inner, redactor: Some(redactor), finished: None, out: Vec::new(), read: 0 }
    }

    /// Returns the findings and the conversation, or `None` before the end of the text.
    #[must_use]
    pub fn finished(&self) -> Option<&Finished> {
        self.finished.as_ref()
    }

    /// Returns the inner reader and, if the end of the text was reached, the findings and the conversation.
    pub fn into_parts(self) -> (R, Option<Finished>) {
        (self.inner, self.finished)
    }
}

impl<R: Read> Read for RedactReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.out.len() && !buffer.is_empty() {
            let Some(mut redactor) = self.redactor.take() else {
                let blocked = self.finished.as_ref().is_some_and(Finished::is_blocked);
                return if blocked { Err(blocked_error()) } else { Ok(0) };
            };
            self.out.clear();
            self.read = 0;
            let mut input = [0; READ];
            match self.inner.read(&mut input) {
                Ok(0) => self.finished = Some(redactor.finish(&mut self.out)),
                Ok(len) => {
                    redactor.push(&input[..len], &mut self.out);
                    if redactor.is_blocked() {
                        self.finished = Some(redactor.finish(&mut Vec::new()));
                    } else {
                        self.redactor = Some(redactor);
                    }
                }
                Err(error) => {
                    self.redactor = Some(redactor);
                    return Err(error);
                }
            }
        }
        let len = buffer.len().min(self.out.len() - self.read);
        buffer[..len].copy_from_slice(&self.out[self.read..self.read + len]);
        self.read += len;
        Ok(len)
    }
}

/// Redacts a text while it is written.
///
/// Text that may be a part of a secret is held back, even by [`flush`](Write::flush). Call [`finish`](Self::finish) at the
/// end; otherwise the held text is lost. After a finding that the policy blocks, writing fails with
/// [`io::ErrorKind::InvalidData`].
///
/// ```
/// use std::io::Write;
/// use lastfour::{Conversation, Engine, RedactWriter, Role, StreamRedactor};
///
/// let redactor = StreamRedactor::new(Engine::default(), Conversation::new(), Role::Customer);
/// let mut writer = RedactWriter::new(Vec::new(), redactor);
/// write!(writer, "my card is 3782 82")?;
/// write!(writer, "2463 10005, thanks")?;
/// let (text, finished) = writer.finish()?;
/// assert_eq!(text, b"my card is **** ****** *0005, thanks");
/// assert_eq!(finished.findings.len(), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct RedactWriter<W> {
    inner: W,
    redactor: StreamRedactor,
    /// Redacted text that has not been written yet.
    out: Vec<u8>,
    /// An error that occurred after the input had been accepted. The next call returns it.
    error: Option<io::Error>,
}

impl<W: Write> RedactWriter<W> {
    /// Returns a writer that writes redacted text to `inner`.
    #[must_use]
    pub fn new(inner: W, redactor: StreamRedactor) -> Self {
        Self { inner, redactor, out: Vec::new(), error: None }
    }

    /// Ends the text and writes the rest of it. Returns the inner writer, the findings and the conversation. Whether the
    /// policy blocks the text is [in the result](Finished::is_blocked).
    ///
    /// # Errors
    ///
    /// Returns the error of the inner writer.
    pub fn finish(mut self) -> io::Result<(W, Finished)> {
        self.drain()?;
        let finished = self.redactor.finish(&mut self.out);
        self.inner.write_all(&self.out)?;
        self.inner.flush()?;
        Ok((self.inner, finished))
    }

    /// Writes the redacted text. What cannot be written is kept for the next call.
    fn drain(&mut self) -> io::Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        let mut written = 0;
        let result = loop {
            if written == self.out.len() {
                break Ok(());
            }
            match self.inner.write(&self.out[written..]) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => written += len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        self.out.drain(..written);
        result
    }
}

impl<W: Write> Write for RedactWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.drain()?;
        if self.redactor.is_blocked() {
            return Err(blocked_error());
        }
        self.redactor.push(text, &mut self.out);
        // The text is in the redactor now, so an error must not ask for it again.
        self.error = self.drain().err();
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()?;
        self.inner.flush()
    }
}

fn blocked_error() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the policy blocks this text")
}

impl<R> fmt::Debug for RedactReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactReader").finish_non_exhaustive()
    }
}

impl<W> fmt::Debug for RedactWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactWriter").finish_non_exhaustive()
    }
}
