//! Reads transcripts and passes their messages to a command.

use crate::transcript::{self, ConversationKey, Fields, Format, Record, Text, Transcript};
use lastfour::{Engine, Explanation, Message, Outcome, Policy, Role};

use crate::args;
use crate::failure::{CliError, Result, reason};
use crate::input::{Chunk, Input, Source};
use crate::talks::{Talk, Talks};

/// Bytes from which the format is detected.
const SAMPLE: usize = 64 << 10;

/// Reads the transcripts of a run.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    format: Option<Format>,
    fields: Fields,
    roles: Vec<(String, Role)>,
}

/// A message with its place and its conversation.
pub(crate) struct Heard<'a, 'b> {
    pub(crate) text: &'b Text<'a>,
    pub(crate) record: &'b Record<'a>,
    pub(crate) role: Role,
    /// The line in which it begins, counted from 1.
    pub(crate) line: u64,
    pub(crate) talk: &'b mut Talk,
}

impl Heard<'_, '_> {
    /// Scans it in its conversation.
    pub(crate) fn scan(&mut self, engine: &Engine) -> Outcome {
        engine.scan(&mut self.talk.conversation, &message(self.text, self.role, self.line))
    }

    /// Scans it like [`scan`](Self::scan) and returns the reasons too.
    pub(crate) fn explain(&mut self, engine: &Engine) -> Explanation {
        engine.explain(&mut self.talk.conversation, &message(self.text, self.role, self.line))
    }

    /// Returns the id of the conversation, redacted and shortened so that it can be printed.
    pub(crate) fn conversation(&self, engine: &Engine) -> Option<String> {
        match &self.text.conversation {
            ConversationKey::Id(id) => {
                let id = String::from_utf8_lossy(id);
                let safe: String = engine.redact(&id).chars().filter(|c| !c.is_control()).take(64).collect();
                Some(safe)
            }
            _ => None,
        }
    }
}

/// Returns the message for the engine. Its id is its line number, which a recall reports.
fn message<'a>(text: &'a Text<'_>, role: Role, line: u64) -> Message<'a> {
    Message::new(role, &*text.bytes).id(line)
}

/// Receives the content of a transcript as it is read.
pub(crate) trait Listener {
    /// Receives a message. Messages come in order, those of a record before its [`record`](Self::record).
    fn message(&mut self, heard: Heard<'_, '_>) -> Result<()>;

    /// Receives a complete record. The records, one after the other, are the transcript.
    fn record(&mut self, record: &Record<'_>) -> Result<()>;

    /// Called before the input blocks.
    fn pause(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Reader {
    pub(crate) fn new(args: &args::Reading) -> Result<Self> {
        Ok(Self {
            engine: Engine::new(policy(args.policy.as_deref())?),
            format: args.format.map(Format::from),
            fields: args.fields(),
            roles: args.role.clone(),
        })
    }

    /// Reads an open transcript to its end.
    pub(crate) fn read(&self, source: &Source, input: &mut Input, listener: &mut dyn Listener) -> Result<()> {
        let mut sample = Vec::new();
        let mut ended = false;
        // On a slow input the format is detected from the first line.
        while !ended && sample.len() < SAMPLE {
            match input.next()? {
                Chunk::Bytes(bytes) => sample.extend_from_slice(&bytes),
                Chunk::Pause if sample.contains(&b'\n') => break,
                Chunk::Pause => {}
                Chunk::End => ended = true,
            }
        }
        if is_utf16(&sample) {
            return Err(CliError::Message(format!(
                "{} is UTF-16: convert it to UTF-8 first, with `iconv -f UTF-16 -t UTF-8`",
                source.name()
            )));
        }
        let format = self.format.unwrap_or_else(|| transcript::detect(&source.plain_name(), &sample, &self.fields));
        let mut talks = Talks::new(&self.roles);
        let mut transcript = Transcript::new(format, self.fields.clone());
        transcript.push(&sample);
        drop(sample);
        talks.meet(&transcript.speakers_ahead());
        while !ended {
            Self::drain(&mut transcript, &mut talks, listener)?;
            match input.next()? {
                Chunk::Bytes(bytes) => transcript.push(&bytes),
                Chunk::Pause => {
                    if input.is_settled() {
                        transcript.pause();
                        Self::drain(&mut transcript, &mut talks, listener)?;
                    }
                    listener.pause()?;
                }
                Chunk::End => ended = true,
            }
        }
        transcript.finish();
        Self::drain(&mut transcript, &mut talks, listener)
    }

    fn drain(transcript: &mut Transcript, talks: &mut Talks, listener: &mut dyn Listener) -> Result<()> {
        while let Some(record) = transcript.next_record() {
            talks.begin_record();
            let (mut line, mut counted) = (record.line, 0);
            for text in record.texts() {
                let start = text.span().start;
                if start >= counted {
                    line += record.raw[counted..start].iter().filter(|b| **b == b'\n').count() as u64;
                    counted = start;
                }
                let talk = talks.of(&text.conversation);
                let role = talk.role(text.speaker.as_deref());
                listener.message(Heard { text: &text, record: &record, role, line, talk })?;
            }
            listener.record(&record)?;
        }
        Ok(())
    }
}

/// Reads the policy from a file, or returns the default.
pub(crate) fn policy(path: Option<&std::path::Path>) -> Result<Policy> {
    let Some(path) = path else {
        return Ok(Policy::default());
    };
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => CliError::Message(format!("{} is not UTF-8 text", path.display())),
        _ => CliError::Message(format!("cannot read {}: {}", path.display(), reason(&error))),
    })?;
    Policy::from_toml(&text).map_err(|error| CliError::Message(format!("{}: {error}", path.display())))
}

/// Returns whether a text is UTF-16: it starts with a byte-order mark, or every other byte is zero.
fn is_utf16(sample: &[u8]) -> bool {
    if sample.starts_with(&[0xFF, 0xFE]) || sample.starts_with(&[0xFE, 0xFF]) {
        return true;
    }
    let sample = &sample[..sample.len().min(4096)];
    let nothing = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let half = sample.len() / 2;
    half >= 8 && (nothing(0) * 10 > half * 8 && nothing(1) == 0 || nothing(1) * 10 > half * 8 && nothing(0) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_detected_by_its_mark_and_by_its_zero_bytes() {
        let wide: Vec<u8> = "my card is 3782".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_utf16(&wide));
        assert!(is_utf16(&[0xFF, 0xFE, 0, 0]));
        assert!(!is_utf16(b"my card is 3782 and so on and on"));
        assert!(!is_utf16(&[0; 64]));
        assert!(!is_utf16(b""));
    }
}
