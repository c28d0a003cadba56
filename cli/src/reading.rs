//! Reads transcripts and passes what was found in them to a command.

use std::path::Path;

use lastfour::{Engine, Patch, Policy, Role, Span};

use crate::archive::{self, Archive, Member};
use crate::args;
use crate::charset::{Charset, Decoder};
use crate::failure::{CliError, Result, reason};
use crate::input::{Chunk, Input, Source, is_transcript, plain_name};
use crate::kind::{self, Unreadable};
use crate::transcript::session::{Done, Roles, Session};
use crate::transcript::{self, Fields, Format, Transcript, sheet};

/// Bytes from which the format is detected.
const SAMPLE: usize = 64 << 10;

/// The largest archive that is read, in bytes. It is held in memory.
const LARGEST_ARCHIVE: usize = 1 << 30;

/// How deep archives may nest.
const DEEPEST_ARCHIVE: usize = 3;

/// Reads the transcripts of a run.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    format: Option<Format>,
    fields: Fields,
    roles: Vec<(String, Role)>,
    /// Whether explanations are wanted.
    explains: bool,
}

/// Where the records of a transcript are.
pub(crate) struct Place<'a> {
    /// The path within an archive.
    pub(crate) member: Option<&'a str>,
    /// The position of the record in the unpacked file, in bytes.
    offset: u64,
    charset: Charset,
}

impl Place<'_> {
    /// Returns the bytes of the unpacked file, or of the unpacked member, that a range of a record stands for.
    pub(crate) fn bytes(&self, record: &Done, span: Span) -> Span {
        let file_len = |text: &[u8]| usize::try_from(self.offset + self.charset.file_len(text)).unwrap_or(usize::MAX);
        Span::new(file_len(&record.raw[..span.start]), file_len(&record.raw[..span.end]))
    }
}

/// Receives the content of a file as it is read.
pub(crate) trait Listener {
    /// Called before the records of a file, or of each member of an archive.
    fn begin(&mut self, _member: Option<&str>, _format: &'static str) {}

    /// Receives a record. The records, one after the other, are the transcript.
    fn record(&mut self, record: &Done, place: &Place<'_>) -> Result<()>;

    /// Receives the redacted bytes of the file, in its encoding.
    fn write(&mut self, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }

    /// Called after the records of a file, or of each member of an archive.
    fn end(&mut self, roles: Roles);

    /// Called for each member of an archive that is not read.
    fn left(&mut self, member: &str);

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

    /// Reads an open file to its end.
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
        let name = source.name();
        if archive::is_zip(&sample) {
            let bytes = whole(sample, ended, input, &name)?;
            let redacted = self.archive(&name, "", &bytes, listener)?;
            return listener.write(redacted.as_deref().unwrap_or(&bytes));
        }
        let charset = Charset::detect(&sample);
        if charset == Charset::Bytes
            && let Some(kind) = self.unreadable(&sample)
        {
            return Err(unreadable(&name, kind));
        }
        let mut decoder = Decoder::new(charset);
        let first = decoder.decode(sample);
        let format = self.format_of(&source.plain_name(), &first);
        let mut flow = Flow::new(self, format, charset, None, listener);
        flow.transcript.push(&first);
        drop(first);
        while !ended {
            flow.drain()?;
            match input.next()? {
                Chunk::Bytes(bytes) => flow.transcript.push(&decoder.decode(bytes)),
                Chunk::Pause => {
                    if input.is_settled() {
                        flow.transcript.pause();
                        flow.drain()?;
                    }
                    flow.session.flush();
                    flow.deliver()?;
                    flow.listener.pause()?;
                }
                Chunk::End => ended = true,
            }
        }
        let last = decoder.finish().ok_or_else(|| cut_off(&name))?;
        flow.transcript.push(&last);
        flow.finish()
    }

    fn format_of(&self, name: &str, sample: &[u8]) -> Format {
        self.format.unwrap_or_else(|| transcript::detect(name, sample, &self.fields))
    }

    /// What a file is that cannot be read. With a stated format any bytes are read, unless it is known what else they are.
    fn unreadable(&self, sample: &[u8]) -> Option<Unreadable> {
        kind::unreadable(sample).filter(|kind| self.format.is_none() || kind.is_known())
    }

    /// Reads an archive, which is the member `path` of another one unless that is empty. Returns its redacted bytes, if
    /// anything changed.
    fn archive(&self, name: &str, path: &str, bytes: &[u8], listener: &mut dyn Listener) -> Result<Option<Vec<u8>>> {
        let place = if path.is_empty() { name.to_owned() } else { format!("{name}/{path}") };
        let archive = Archive::open(bytes, &place)?;
        let names = || archive.members().iter().map(|member| member.name.as_str());
        if let Some(kind) = kind::unreadable_archive(names()) {
            return Err(unreadable(&place, kind));
        }
        let mut contents: Vec<Option<Vec<u8>>> = vec![None; archive.members().len()];
        if names().any(|name| name == "xl/workbook.xml") {
            self.workbook(&archive, &place, path, &mut contents, listener)?;
        } else {
            let mut read = 0;
            for (member, content) in archive.members().iter().zip(&mut contents) {
                if member.is_directory() {
                    continue;
                }
                let path = joined(path, &member.name);
                match self.member(&archive, name, &place, &path, member, listener)? {
                    Some(redacted) => {
                        read += 1;
                        *content = redacted;
                    }
                    None => listener.left(&path),
                }
            }
            if read == 0 && path.is_empty() {
                let advice =
                    "it holds no file with the extension of a transcript; unpack it, and name the files to read";
                return Err(CliError::Message(format!("cannot read {place}: {advice}")));
            }
        }
        if contents.iter().all(Option::is_none) {
            return Ok(None);
        }
        let fail = |error| CliError::Message(format!("cannot write {place}: {}", reason(&error)));
        archive.replaced(contents).map(Some).map_err(fail)
    }

    /// Reads a member of an archive, if it has the extension of a transcript. Returns its redacted bytes, if anything changed.
    fn member(
        &self,
        archive: &Archive<'_>,
        name: &str,
        place: &str,
        path: &str,
        member: &Member,
        listener: &mut dyn Listener,
    ) -> Result<Option<Option<Vec<u8>>>> {
        if !is_transcript(Path::new(path)) {
            return Ok(None);
        }
        let bytes = archive.read(member, place)?;
        if archive::is_zip(&bytes) {
            let depth = path.matches(".zip/").count();
            return if depth < DEEPEST_ARCHIVE {
                self.archive(name, path, &bytes, listener).map(Some)
            } else {
                Ok(None)
            };
        }
        let charset = Charset::detect(&bytes);
        if charset == Charset::Bytes && self.unreadable(&bytes).is_some() {
            return Ok(None);
        }
        let mut decoder = Decoder::new(charset);
        let mut text = decoder.decode(bytes);
        text.extend(decoder.finish().ok_or_else(|| cut_off(&format!("{name}/{path}")))?);
        let format = self.format_of(&plain_name(Path::new(path)), &text[..text.len().min(SAMPLE)]);
        self.text(format, charset, path, &text, listener).map(Some)
    }

    /// Reads a text that is at hand. Returns its redacted bytes, if anything changed.
    fn text(
        &self,
        format: Format,
        charset: Charset,
        path: &str,
        text: &[u8],
        listener: &mut dyn Listener,
    ) -> Result<Option<Vec<u8>>> {
        let mut redacted = Vec::new();
        let mut flow = Flow::new(self, format, charset, Some(path), listener);
        flow.redacted = Some(&mut redacted);
        flow.transcript.push(text);
        let changed = flow.finish_and_tell()?;
        Ok(changed.then_some(redacted))
    }

    /// Reads the sheets of a workbook, and its comments.
    fn workbook(
        &self,
        archive: &Archive<'_>,
        place: &str,
        path: &str,
        contents: &mut [Option<Vec<u8>>],
        listener: &mut dyn Listener,
    ) -> Result<()> {
        let members = archive.members();
        let is_sheet = |name: &str| name.starts_with("xl/worksheets/") && name.ends_with(".xml");
        let mut parts: Vec<usize> = Vec::new();
        let shared = members.iter().position(|member| member.name == "xl/sharedStrings.xml");
        parts.extend(shared);
        let first_sheet = parts.len();
        parts.extend((0..members.len()).filter(|at| is_sheet(&members[*at].name)));
        let bytes: Vec<Vec<u8>> = parts.iter().map(|at| archive.read(&members[*at], place)).collect::<Result<_>>()?;
        let sheets: Vec<&[u8]> = bytes[first_sheet..].iter().map(Vec::as_slice).collect();
        let strings = if first_sheet > 0 { bytes[0].as_slice() } else { &[] };
        let mut session = Session::new(&self.engine, self.fields.clone(), &self.roles, self.explains);
        listener.begin(Some(path).filter(|path| !path.is_empty()), "xlsx");
        let record = sheet::workbook(strings, &sheets, &mut session.names);
        if !record.raw.is_empty() {
            session.push(record);
        }
        session.flush();
        while let Some(mut done) = session.next() {
            let mut start = 0;
            for (at, raw) in parts.iter().zip(&bytes) {
                let part = part(&mut done, start, raw);
                start += raw.len();
                let path = joined(path, &members[*at].name);
                listener.record(&part, &Place { member: Some(&path), offset: 0, charset: Charset::Bytes })?;
                if !part.patch.is_empty() {
                    contents[*at] = Some(part.patch.apply(raw).into_owned());
                }
            }
        }
        listener.end(session.roles);
        // Comments, and the values that charts and pivot tables repeat.
        let others = ["xl/comments", "xl/threadedComments/", "xl/pivotCache/", "xl/charts/", "xl/drawings/"];
        for (member, content) in members.iter().zip(contents) {
            if others.iter().any(|start| member.name.starts_with(start)) && member.name.ends_with(".xml") {
                let text = archive.read(member, place)?;
                *content = self.text(Format::Xml, Charset::Bytes, &joined(path, &member.name), &text, listener)?;
            }
        }
        Ok(())
    }
}

/// Takes what is in the bytes from `start` on out of a record that consists of several files.
fn part(done: &mut Done, start: usize, raw: &[u8]) -> Done {
    let end = start + raw.len();
    let inside = |span: Span| start <= span.start && span.end <= end;
    let moved = |span: Span| Span::new(span.start - start, span.end - start);
    let edits = done.patch.edits().iter().filter(|edit| inside(edit.span)).cloned();
    let patch = Patch::new(edits.map(|edit| lastfour::Edit { span: moved(edit.span), ..edit }).collect());
    let (mut found, rest): (Vec<_>, Vec<_>) =
        std::mem::take(&mut done.found).into_iter().partition(|found| inside(found.span));
    done.found = rest;
    found.iter_mut().for_each(|found| found.span = moved(found.span));
    Done {
        raw: raw.to_vec(),
        line: 1,
        column: 1,
        trouble: done.trouble.take(),
        patch,
        found,
        explained: std::mem::take(&mut done.explained),
        messages: std::mem::take(&mut done.messages),
    }
}

/// A transcript on its way from the bytes to the listener.
struct Flow<'a> {
    transcript: Transcript,
    session: Session<'a>,
    listener: &'a mut dyn Listener,
    charset: Charset,
    member: Option<&'a str>,
    /// The position of the next record in the file.
    offset: u64,
    /// Where the redacted bytes are collected, if they do not go to the listener.
    redacted: Option<&'a mut Vec<u8>>,
    changed: bool,
}

impl<'a> Flow<'a> {
    fn new(
        reader: &'a Reader,
        format: Format,
        charset: Charset,
        member: Option<&'a str>,
        listener: &'a mut dyn Listener,
    ) -> Self {
        listener.begin(member, format.as_str());
        Self {
            transcript: Transcript::new(format),
            session: Session::new(&reader.engine, reader.fields.clone(), &reader.roles, reader.explains),
            listener,
            charset,
            member,
            offset: 0,
            redacted: None,
            changed: false,
        }
    }

    /// Scans the records that are complete.
    fn drain(&mut self) -> Result<()> {
        while let Some(record) = self.transcript.next_record(&mut self.session.names) {
            self.session.push(record);
            self.deliver()?;
        }
        Ok(())
    }

    /// Passes the records that are done to the listener.
    fn deliver(&mut self) -> Result<()> {
        while let Some(done) = self.session.next() {
            let place = Place { member: self.member, offset: self.offset, charset: self.charset };
            self.listener.record(&done, &place)?;
            self.offset += self.charset.file_len(&done.raw);
            self.changed |= !done.patch.is_empty();
            let text = done.patch.apply(&done.raw);
            let encoded;
            let bytes = match self.charset {
                Charset::Bytes => &*text,
                charset => {
                    encoded = charset.encode(&text);
                    &encoded
                }
            };
            match &mut self.redacted {
                Some(redacted) => redacted.extend_from_slice(bytes),
                None => self.listener.write(bytes)?,
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        self.finish_and_tell().map(|_| ())
    }

    /// Ends the transcript and returns whether anything changed.
    fn finish_and_tell(mut self) -> Result<bool> {
        self.transcript.finish();
        self.drain()?;
        self.session.flush();
        self.deliver()?;
        self.listener.end(self.session.roles);
        Ok(self.changed)
    }
}

/// Reads the rest of a file.
fn whole(mut bytes: Vec<u8>, mut ended: bool, input: &mut Input, name: &str) -> Result<Vec<u8>> {
    while !ended {
        match input.next()? {
            Chunk::Bytes(more) => bytes.extend_from_slice(&more),
            Chunk::Pause => {}
            Chunk::End => ended = true,
        }
        if bytes.len() > LARGEST_ARCHIVE {
            return Err(CliError::Message(format!(
                "cannot read {name}: it is an archive of more than 1 GiB; unpack it first"
            )));
        }
    }
    Ok(bytes)
}

/// The path of a member of an archive that is itself the member `path` of another one.
fn joined(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}/{member}") }
}

fn unreadable(name: &str, kind: Unreadable) -> CliError {
    CliError::Message(format!("cannot read {name}: it is {}; {}", kind.what, kind.advice))
}

fn cut_off(name: &str) -> CliError {
    CliError::Message(format!(
        "cannot read {name}: it is UTF-16 and ends in the middle of a character; the file is cut off"
    ))
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
