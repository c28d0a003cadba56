//! Reads transcripts and passes what was found in them to a command.

use lastfour::{Engine, Policy, Role};

use crate::args;
use crate::failure::{CliError, Result, reason};
use crate::input::{Chunk, Input, Source};
use crate::transcript::session::{Done, Roles, Session};
use crate::transcript::{self, Fields, Format, Transcript};

/// Bytes from which the format is detected.
const SAMPLE: usize = 64 << 10;

/// Reads the transcripts of a run.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    format: Option<Format>,
    fields: Fields,
    roles: Vec<(String, Role)>,
    /// Whether explanations are wanted.
    explains: bool,
}

/// Receives the content of a transcript as it is read.
pub(crate) trait Listener {
    /// Receives a record. The records, one after the other, are the transcript.
    fn record(&mut self, record: &Done) -> Result<()>;

    /// Called before the input blocks.
    fn pause(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Reader {
    pub(crate) fn new(args: &args::Reading, explains: bool) -> Result<Self> {
        Ok(Self {
            engine: Engine::new(policy(args.policy.as_deref())?),
            format: args.format.map(Format::from),
            fields: args.fields(),
            roles: args.role.clone(),
            explains,
        })
    }

    /// Reads an open transcript to its end and returns what is known about its speakers.
    pub(crate) fn read(&self, source: &Source, input: &mut Input, listener: &mut dyn Listener) -> Result<Roles> {
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
        let mut transcript = Transcript::new(format);
        let mut session = Session::new(&self.engine, self.fields.clone(), &self.roles, self.explains);
        transcript.push(&sample);
        drop(sample);
        while !ended {
            drain(&mut transcript, &mut session, listener)?;
            match input.next()? {
                Chunk::Bytes(bytes) => transcript.push(&bytes),
                Chunk::Pause => {
                    if input.is_settled() {
                        transcript.pause();
                        drain(&mut transcript, &mut session, listener)?;
                    }
                    session.flush();
                    deliver(&mut session, listener)?;
                    listener.pause()?;
                }
                Chunk::End => ended = true,
            }
        }
        transcript.finish();
        drain(&mut transcript, &mut session, listener)?;
        session.flush();
        deliver(&mut session, listener)?;
        Ok(session.roles)
    }
}

fn drain(transcript: &mut Transcript, session: &mut Session<'_>, listener: &mut dyn Listener) -> Result<()> {
    while let Some(record) = transcript.next_record(&mut session.names) {
        session.push(record);
        deliver(session, listener)?;
    }
    Ok(())
}

fn deliver(session: &mut Session<'_>, listener: &mut dyn Listener) -> Result<()> {
    while let Some(done) = session.next() {
        listener.record(&done)?;
    }
    Ok(())
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
