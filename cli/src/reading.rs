//! Reads transcripts message by message and hands each to who asked, with what the engine makes of it.

use crate::transcript::{self, ConversationKey, Fields, Format, Record, Text, Transcript};
use lastfour::{Engine, Explanation, Message, Outcome, Policy, Role};

use crate::args;
use crate::failure::{CliError, Result, reason};
use crate::input::{Chunk, Input, Source};
use crate::talks::{Talk, Talks};

/// Bytes that are read before the format is told, unless there are none so many.
const SAMPLE: usize = 64 << 10;

/// How transcripts are to be read, once for all of them.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    format: Option<Format>,
    fields: Fields,
    roles: Vec<(String, Role)>,
}

/// A message and where it stands.
pub(crate) struct Heard<'a, 'b> {
    pub(crate) text: &'b Text<'a>,
    pub(crate) record: &'b Record<'a>,
    pub(crate) role: Role,
    /// The line in which it begins.
    pub(crate) line: u64,
    pub(crate) talk: &'b mut Talk,
}

impl Heard<'_, '_> {
    /// What the engine makes of it, in its conversation.
    pub(crate) fn scan(&mut self, engine: &Engine) -> Outcome {
        engine.scan(&mut self.talk.conversation, &message(self.text, self.role, self.line))
    }

    /// As [`scan`](Self::scan), with the reasons.
    pub(crate) fn explain(&mut self, engine: &Engine) -> Explanation {
        engine.explain(&mut self.talk.conversation, &message(self.text, self.role, self.line))
    }

    /// The id of the conversation, fit to be shown.
    pub(crate) fn conversation(&self, engine: &Engine) -> Option<String> {
        match &self.text.conversation {
            ConversationKey::Id(id) => {
                // Whatever stands there: a report holds no secret.
                let id = String::from_utf8_lossy(id);
                let safe: String = engine.redact(&id).chars().filter(|c| !c.is_control()).take(64).collect();
                Some(safe)
            }
            _ => None,
        }
    }
}

/// The message for the engine. Its id is its line, by which it is recalled.
fn message<'a>(text: &'a Text<'_>, role: Role, line: u64) -> Message<'a> {
    Message::new(role, &*text.bytes).id(line)
}

/// What is done with a transcript as it is read.
pub(crate) trait Listener {
    /// Somebody says something. Messages come in order, those of a record before its [`record`](Self::record).
    fn message(&mut self, heard: Heard<'_, '_>) -> Result<()>;

    /// A record is complete. Put one after the other, the records are the transcript.
    fn record(&mut self, record: &Record<'_>) -> Result<()>;

    /// Nothing comes for now.
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
        // The first line is enough to tell the format of a slow input.
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
                "{} is UTF-16: turn it into UTF-8 first, with `iconv -f UTF-16 -t UTF-8`",
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

/// The policy in that file, or the default.
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

/// Whether a text is UTF-16: by its mark, or because every other byte of it is nothing.
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
    fn utf16_is_told_by_its_mark_and_by_its_empty_bytes() {
        let wide: Vec<u8> = "my card is 3782".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(is_utf16(&wide));
        assert!(is_utf16(&[0xFF, 0xFE, 0, 0]));
        assert!(!is_utf16(b"my card is 3782 and so on and on"));
        assert!(!is_utf16(&[0; 64]));
        assert!(!is_utf16(b""));
    }
}
