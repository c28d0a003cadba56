//! The `std::io` adapters of the stream redactor.

use std::io::{self, Read, Write};

use lastfour::{Action, Conversation, Engine, Entity, Policy, RedactReader, RedactWriter, Role, StreamRedactor};

const TEXT: &str = "hello, my card is 3782 822463 10005 and my password is Bluebonnet!77, is that ok?";
const REDACTED: &str = "hello, my card is **** ****** *0005 and my password is ********, is that ok?";

fn redactor(policy: Policy) -> StreamRedactor {
    StreamRedactor::new(Engine::new(policy), Conversation::new(), Role::Customer)
}

fn blocking() -> Policy {
    Policy::builder().action(Entity::Card, Action::Block).build().unwrap()
}

/// Reads or writes a few bytes at a time, and is interrupted before each.
struct Slow<I> {
    inner: I,
    step: usize,
    interrupted: bool,
}

impl<I> Slow<I> {
    fn new(inner: I, step: usize) -> Self {
        Self { inner, step, interrupted: false }
    }

    fn interrupt(&mut self) -> io::Result<()> {
        self.interrupted = !self.interrupted;
        if self.interrupted { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
    }
}

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt()?;
        let len = buffer.len().min(self.step);
        self.inner.read(&mut buffer[..len])
    }
}

impl<W: Write> Write for Slow<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.interrupt()?;
        self.inner.write(&buffer[..buffer.len().min(self.step)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[test]
fn a_text_is_redacted_however_its_reader_cuts_it() {
    for step in [1, 7, 4096] {
        let mut reader = RedactReader::new(Slow::new(TEXT.as_bytes(), step), redactor(Policy::default()));
        assert!(reader.finished().is_none());
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, REDACTED);
        let (_, finished) = reader.into_parts();
        assert_eq!(finished.unwrap().findings.len(), 2);
    }
}

#[test]
fn a_text_is_redacted_however_it_is_written() {
    for step in [1, 7, 4096] {
        let mut writer = RedactWriter::new(Slow::new(Vec::new(), step), redactor(Policy::default()));
        for piece in TEXT.as_bytes().chunks(step) {
            writer.write_all(piece).unwrap();
        }
        let (inner, finished) = writer.finish().unwrap();
        assert_eq!(String::from_utf8(inner.inner).unwrap(), REDACTED);
        assert_eq!(finished.findings.len(), 2);
    }
}

#[test]
fn a_blocked_text_is_an_error_and_not_a_short_text() {
    let mut reader = RedactReader::new(TEXT.as_bytes(), redactor(blocking()));
    let mut text = String::new();
    assert_eq!(reader.read_to_string(&mut text).unwrap_err().kind(), io::ErrorKind::InvalidData);
    assert!(!text.contains("3782") && !text.contains("0005"), "{text}");
    assert!(reader.finished().unwrap().is_blocked());

    let mut writer = RedactWriter::new(Vec::new(), redactor(blocking()));
    let more = " thanks a lot for all of your help with this today.".repeat(5);
    let error = [TEXT, &more, &more].iter().find_map(|piece| writer.write_all(piece.as_bytes()).err()).unwrap();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let (text, finished) = writer.finish().unwrap();
    assert!(!String::from_utf8(text).unwrap().contains("0005"));
    assert!(finished.is_blocked());
}

#[test]
fn an_error_of_the_inner_writer_neither_loses_nor_doubles_text() {
    /// Fails a number of times before it accepts text.
    struct Flaky(Vec<u8>, usize);

    impl Write for Flaky {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            if self.1 > 0 {
                self.1 -= 1;
                return Err(io::ErrorKind::WouldBlock.into());
            }
            self.0.write(buffer)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut writer = RedactWriter::new(Flaky(Vec::new(), 5), redactor(Policy::default()));
    let mut errors = 0;
    for piece in TEXT.as_bytes().chunks(5) {
        while writer.write(piece).is_err() {
            errors += 1;
        }
    }
    assert_eq!(errors, 5, "every error is reported once");
    let (inner, _) = writer.finish().unwrap();
    assert_eq!(String::from_utf8(inner.0).unwrap(), REDACTED);
}
