//! Reads transcripts and passes the results to a command.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use lastfour::{Engine, Patch, Policy, Span};

use crate::archive::{self, Archive, Changes, Member};
use crate::args;
use crate::charset::{Charset, Decoder};
use crate::failure::{CliError, Result, reason};
use crate::input::{self, Chunk, Input, Source, is_transcript, plain_name};
use crate::kind::{self, Unreadable};
use crate::output;
use crate::transcript::batch::{Batch, Collector};
use crate::transcript::session::{Done, Roles, Session};
use crate::transcript::speakers::GivenRoles;
use crate::transcript::{self, Fields, Format, Transcript, sheet};
use crate::wording::{self, quoted};

/// The number of bytes from which the format is detected.
const SAMPLE: usize = 64 << 10;

/// The maximum size of an archive, in bytes. Archives are read into memory.
const LARGEST_ARCHIVE: usize = 1 << 30;

/// The maximum depth of nested archives.
const DEEPEST_ARCHIVE: usize = 3;

/// Reads the transcripts of a run.
pub(crate) struct Reader {
    pub(crate) engine: Engine,
    format: Option<Format>,
    fields: Fields,
    roles: GivenRoles,
    /// Whether explanations are wanted.
    explains: bool,
}

/// The position of the records of a transcript.
#[derive(Clone)]
pub(crate) struct Place {
    /// The path within an archive, as it may be printed.
    pub(crate) member: Option<Arc<str>>,
    /// The position of the record in the unpacked file, in bytes.
    offset: u64,
    charset: Charset,
}

impl Place {
    /// Returns the bytes of the unpacked file or member that correspond to a range of a record.
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
    fn record(&mut self, record: Done, place: &Place) -> Result<()>;

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
            roles: GivenRoles::new(&args.role),
            explains,
        })
    }

    /// Returns a warning for each option that matched nothing in any of the transcripts that were read.
    pub(crate) fn unmatched(&self) -> Vec<String> {
        let [text, speaker, conversation] = self.fields.missing();
        let text_option = if self.fields.only_given_text() { "--only-text-field" } else { "--text-field" };
        let options = [(text_option, text), ("--role-field", speaker), ("--conversation-field", conversation)];
        let fields = options.into_iter().flat_map(|(option, names)| {
            names.into_iter().map(move |name| format!("{option} {} was found in no message", wording::name(name)))
        });
        let roles = self.roles.silent().map(|(name, role)| {
            format!("--role {} matches no speaker", quoted(&format!("{}={role}", wording::name(name))))
        });
        fields.chain(roles).collect()
    }

    /// Returns an error if only the given fields are text, and no transcript has one of them.
    pub(crate) fn without_text(&self) -> Result<()> {
        if !self.fields.only_given_text() || !self.fields.no_text_occurred() {
            return Ok(());
        }
        Err(CliError::Message("no message was read: no field of --only-text-field was found; check its name".into()))
    }

    /// Reads an open file to its end on up to `threads` threads, plus one that splits it into messages. The listener is
    /// called on this thread, in the same way for any number of threads.
    pub(crate) fn read(
        &self,
        source: &Source,
        input: &mut Input,
        threads: usize,
        listener: &mut dyn Listener,
    ) -> Result<()> {
        FileReader { reader: self, name: source.name(), threads, listener }.read(&source.plain_name(), input)
    }

    fn format_of(&self, name: &str, sample: &[u8]) -> Format {
        self.format.unwrap_or_else(|| transcript::detect(name, sample, &self.fields))
    }

    /// Returns the kind of a file that cannot be read. With a stated format, all bytes are read unless they are known
    /// to be something else.
    fn unreadable(&self, sample: &[u8]) -> Option<Unreadable> {
        kind::unreadable(sample).filter(|kind| self.format.is_none() || kind.is_known())
    }
}

/// Reads a file.
struct FileReader<'a> {
    reader: &'a Reader,
    /// The name of the file, for errors.
    name: String,
    threads: usize,
    listener: &'a mut dyn Listener,
}

impl FileReader<'_> {
    /// Reads a file. Its format is detected from this name and its content.
    fn read(&mut self, plain_name: &str, input: &mut Input) -> Result<()> {
        let mut sample = Vec::new();
        let (mut ended, mut paused) = (false, false);
        // On a slow input, the format is detected from the first line.
        while !ended && sample.len() < SAMPLE {
            match input.next()? {
                Chunk::Bytes(bytes) => sample.extend_from_slice(&bytes),
                Chunk::Pause if sample.contains(&b'\n') => {
                    paused = true;
                    break;
                }
                Chunk::Pause => {}
                Chunk::End => ended = true,
            }
        }
        if archive::is_zip(&sample) {
            let bytes = whole(sample, ended, input, &self.name)?;
            let redacted = self.archive("", &bytes)?;
            return self.listener.write(redacted.as_deref().unwrap_or(&bytes));
        }
        let charset = Charset::detect(&sample);
        if charset == Charset::Bytes
            && let Some(kind) = self.reader.unreadable(&sample)
        {
            return Err(unreadable(&self.name, kind));
        }
        let mut decoder = Decoder::new(charset);
        let first = decoder.decode(sample);
        let format = self.reader.format_of(plain_name, &first);
        let (mut first, mut last) = (Some(first), Some(cut_off(&self.name)));
        let mut next = || {
            if let Some(first) = first.take() {
                return Ok(Chunk::Bytes(first));
            }
            if std::mem::take(&mut paused) {
                return Ok(Chunk::Pause);
            }
            if !ended {
                match input.next()? {
                    Chunk::Bytes(bytes) => return Ok(Chunk::Bytes(decoder.decode(bytes))),
                    Chunk::Pause => return Ok(Chunk::Pause),
                    Chunk::End => ended = true,
                }
            }
            match last.take() {
                Some(cut_off) => decoder.finish().map(Chunk::Bytes).ok_or(cut_off),
                None => Ok(Chunk::End),
            }
        };
        self.flow(format, charset, None, None, &mut next).map(|_| ())
    }

    /// Reads a transcript. `next` returns its decoded bytes. The redacted bytes are written to `redacted` if given,
    /// otherwise to the listener. Returns whether anything changed.
    fn flow(
        &mut self,
        format: Format,
        charset: Charset,
        member: Option<&str>,
        redacted: Option<&mut Vec<u8>>,
        next: &mut (dyn FnMut() -> Result<Chunk> + Send),
    ) -> Result<bool> {
        let member = member.map(wording::name);
        self.listener.begin(member.as_deref(), format.as_str());
        let Reader { engine, fields, roles, explains, .. } = self.reader;
        let (transcript, collector) = (Transcript::new(format), Collector::new(fields.clone(), self.threads));
        let mut session = Session::new(engine, roles, *explains, self.threads);
        session.may_have_notices = format == Format::Text;
        let mut flow = Flow {
            session,
            listener: self.listener,
            place: Place { member: member.map(Arc::from), offset: 0, charset },
            redacted,
            changed: false,
        };
        if self.threads < 2 {
            cut(transcript, collector, next, &mut |batch, then| flow.step(batch, then))?;
        } else {
            std::thread::scope(|scope| {
                // A batch is split into records while the previous one is scanned.
                let (sender, batches) = sync_channel(0);
                scope.spawn(move || {
                    let mut send = |batch, then| sender.send(Ok((batch, then))).map_err(|_| CliError::BrokenPipe);
                    if let Err(failure) = cut(transcript, collector, next, &mut send) {
                        // If the receiver is gone, there is nobody to report to.
                        let _ = sender.send(Err(failure));
                    }
                });
                for batch in batches {
                    let (batch, then) = batch?;
                    flow.step(batch, then)?;
                }
                Ok(())
            })?;
        }
        let Flow { session, listener, changed, .. } = flow;
        listener.end(session.roles);
        Ok(changed)
    }

    /// Reads an archive, which is the member `path` of another one unless that is empty. Returns its redacted bytes if
    /// anything changed.
    fn archive(&mut self, path: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>> {
        let place = if path.is_empty() { self.name.clone() } else { format!("{}/{}", self.name, wording::name(path)) };
        let archive = Archive::open(bytes, &place)?;
        let names = || archive.members().iter().map(|member| member.name.as_str());
        if let Some(kind) = kind::unreadable_archive(names()) {
            return Err(unreadable(&place, kind));
        }
        let mut contents: Vec<Option<Vec<u8>>> = vec![None; archive.members().len()];
        if names().any(|name| name == "xl/workbook.xml") {
            self.workbook(&archive, &place, path, &mut contents)?;
        } else {
            let mut read = 0;
            for (member, content) in archive.members().iter().zip(&mut contents) {
                if member.is_directory() {
                    continue;
                }
                let path = joined(path, &member.name);
                match self.member(&archive, &place, &path, member)? {
                    Some(redacted) => {
                        read += 1;
                        *content = redacted;
                    }
                    None => self.listener.left(&path),
                }
            }
            if read == 0 && path.is_empty() {
                let advice =
                    "it holds no file with the extension of a transcript; unpack it, and name the files to read";
                return Err(CliError::Message(format!("cannot read {place}: {advice}")));
            }
        }
        // Names are kept, because other files may refer to them.
        for name in names().filter(|name| wording::name(name) != **name) {
            self.listener.left(&format!("the name of {}", joined(path, name)));
        }
        let comments = archive.comments().map(|comment| self.comment(path, comment)).collect::<Result<Vec<_>>>()?;
        if contents.iter().chain(&comments).all(Option::is_none) {
            return Ok(None);
        }
        let fail = |error| CliError::Message(format!("cannot write {place}: {}", reason(&error)));
        archive.replaced(Changes { contents, comments }).map(Some).map_err(fail)
    }

    /// Reads a comment of an archive. Returns its redacted bytes if anything changed.
    fn comment(&mut self, path: &str, comment: &[u8]) -> Result<Option<Vec<u8>>> {
        // Comments are rarely part of the chat, so those without secrets are not counted as messages.
        let text = String::from_utf8_lossy(comment);
        if self.reader.engine.redact(&text) == text {
            return Ok(None);
        }
        self.text(Format::Text, Charset::Bytes, &joined(path, "(comment)"), comment.to_vec())
    }

    /// Reads a member of an archive if it has the extension of a transcript. Returns its redacted bytes if anything
    /// changed.
    fn member(
        &mut self,
        archive: &Archive<'_>,
        place: &str,
        path: &str,
        member: &Member,
    ) -> Result<Option<Option<Vec<u8>>>> {
        if !is_transcript(Path::new(path)) {
            return Ok(None);
        }
        let fail = |what: &str, error| {
            CliError::Message(format!("cannot {what} {} in {place}: {}", wording::name(path), reason(&error)))
        };
        let bytes = archive.read(member, place)?;
        let (packing, bytes) = input::unpacked(bytes, archive::LARGEST_MEMBER).map_err(|error| fail("read", error))?;
        match self.unpacked(path, bytes)? {
            Some(Some(redacted)) => {
                output::packed(redacted, packing).map(|packed| Some(Some(packed))).map_err(|error| fail("write", error))
            }
            other => Ok(other),
        }
    }

    fn unpacked(&mut self, path: &str, bytes: Vec<u8>) -> Result<Option<Option<Vec<u8>>>> {
        if archive::is_zip(&bytes) {
            let depth = path.matches(".zip/").count();
            return if depth < DEEPEST_ARCHIVE { self.archive(path, &bytes).map(Some) } else { Ok(None) };
        }
        let charset = Charset::detect(&bytes);
        if charset == Charset::Bytes && self.reader.unreadable(&bytes).is_some() {
            return Ok(None);
        }
        let mut decoder = Decoder::new(charset);
        let mut text = decoder.decode(bytes);
        let cut_off = || cut_off(&format!("{}/{}", self.name, wording::name(path)));
        text.extend(decoder.finish().ok_or_else(cut_off)?);
        let format = self.reader.format_of(&plain_name(Path::new(path)), &text[..text.len().min(SAMPLE)]);
        self.text(format, charset, path, text).map(Some)
    }

    /// Reads a text in memory. Returns its redacted bytes if anything changed.
    fn text(&mut self, format: Format, charset: Charset, path: &str, text: Vec<u8>) -> Result<Option<Vec<u8>>> {
        let mut redacted = Vec::new();
        let mut text = Some(text);
        let mut next = || Ok(text.take().map_or(Chunk::End, Chunk::Bytes));
        let changed = self.flow(format, charset, Some(path), Some(&mut redacted), &mut next)?;
        Ok(changed.then_some(redacted))
    }

    /// Reads the sheets and the comments of a workbook.
    fn workbook(
        &mut self,
        archive: &Archive<'_>,
        place: &str,
        path: &str,
        contents: &mut [Option<Vec<u8>>],
    ) -> Result<()> {
        let members = archive.members();
        let is_sheet = |name: &str| name.starts_with("xl/worksheets/") && name.ends_with(".xml");
        let mut parts: Vec<usize> = Vec::new();
        let shared = members.iter().position(|member| member.name == SHARED);
        parts.extend(shared);
        let first_sheet = parts.len();
        parts.extend((0..members.len()).filter(|at| is_sheet(&members[*at].name)));
        let first_other = parts.len();
        // The names of sheets, document properties, the addresses of links.
        let is_other = |name: &str| {
            (name.ends_with(".xml") || name.ends_with(".rels"))
                && !(is_sheet(name) || name == SHARED || is_part(name, AS_XML) || is_part(name, WITHOUT_TEXT))
        };
        parts.extend((0..members.len()).filter(|at| is_other(&members[*at].name)));
        let bytes: Vec<Vec<u8>> = parts.iter().map(|at| archive.read(&members[*at], place)).collect::<Result<_>>()?;
        let sheets: Vec<&[u8]> = bytes[first_sheet..first_other].iter().map(Vec::as_slice).collect();
        let others: Vec<&[u8]> = bytes[first_other..].iter().map(Vec::as_slice).collect();
        let strings = if first_sheet > 0 { bytes[0].as_slice() } else { &[] };
        let Reader { engine, fields, roles, explains, .. } = self.reader;
        let mut collector = Collector::new(fields.clone(), 1);
        let mut session = Session::new(engine, roles, *explains, self.threads);
        let book = wording::name(path);
        self.listener.begin(Some(book.as_str()).filter(|path| !path.is_empty()), "xlsx");
        let record = sheet::workbook(strings, &sheets, &others, &mut collector.names);
        if !record.raw.is_empty() {
            let batch = collector.push(record).unwrap_or_else(|| collector.take());
            session.push(batch, true);
        }
        while let Some(mut done) = session.next() {
            let mut start = 0;
            for (at, raw) in parts.iter().zip(&bytes) {
                let part = part(&mut done, start, raw);
                start += raw.len();
                if !part.patch.is_empty() {
                    let redacted = part.patch.apply(raw).into_owned();
                    let is_book = members[*at].name == "xl/workbook.xml";
                    contents[*at] = Some(if is_book { without_stars(redacted, raw) } else { redacted });
                }
                let path = wording::name(&joined(path, &members[*at].name));
                self.listener.record(part, &Place { member: Some(path.into()), offset: 0, charset: Charset::Bytes })?;
            }
        }
        self.listener.end(session.roles);
        // Comments, and the values that charts and pivot tables repeat.
        for (member, content) in members.iter().zip(contents.iter_mut()) {
            if is_part(&member.name, AS_XML) && member.name.ends_with(".xml") {
                let text = archive.read(member, place)?;
                *content = self.text(Format::Xml, Charset::Bytes, &joined(path, &member.name), text)?;
            }
        }
        let unread = members.iter().filter(|member| is_part(&member.name, UNREAD));
        unread.for_each(|member| self.listener.left(&joined(path, &member.name)));
        Ok(())
    }
}

/// The part of a workbook with the shared strings.
const SHARED: &str = "xl/sharedStrings.xml";

/// Parts of a workbook that are read as XML documents.
const AS_XML: &[&str] = &["xl/comments", "xl/threadedComments/", "xl/pivotCache/", "xl/charts/", "xl/drawings/"];

/// Parts of a workbook without text of their own, such as styles.
const WITHOUT_TEXT: &[&str] = &["xl/styles", "xl/theme/", "xl/calcChain", "[Content_Types]", "xl/metadata"];

/// Parts of a workbook that may hold text but are not read: pictures, other documents, programs.
const UNREAD: &[&str] = &["xl/media/", "xl/embeddings/", "xl/vbaProject", "xl/activeX/"];

fn is_part(name: &str, list: &[&str]) -> bool {
    list.iter().any(|start| name.starts_with(start))
}

/// Replaces the stars of masks if the part had none, because sheet names must not contain them.
fn without_stars(redacted: Vec<u8>, raw: &[u8]) -> Vec<u8> {
    let replace = |b: u8| if b == b'*' { b'x' } else { b };
    if raw.contains(&b'*') { redacted } else { redacted.into_iter().map(replace).collect() }
}

/// Splits off the part from byte `start` of a record that consists of several files.
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

/// What follows a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    More,
    /// Nothing for now, so complete output should be flushed.
    Pause,
    End,
}

/// Splits a transcript into records and passes them on in batches.
fn cut(
    mut transcript: Transcript,
    mut collector: Collector,
    next: &mut dyn FnMut() -> Result<Chunk>,
    pass: &mut dyn FnMut(Batch, Then) -> Result<()>,
) -> Result<()> {
    loop {
        let then = match next()? {
            Chunk::Bytes(bytes) => {
                transcript.push(&bytes);
                Then::More
            }
            Chunk::Pause => {
                transcript.pause();
                Then::Pause
            }
            Chunk::End => {
                transcript.finish();
                Then::End
            }
        };
        while let Some(record) = transcript.next_record(&mut collector.names) {
            if let Some(batch) = collector.push(record) {
                pass(batch, Then::More)?;
            }
        }
        if then != Then::More {
            pass(collector.take(), then)?;
        }
        if then == Then::End {
            return Ok(());
        }
    }
}

/// The scan of a transcript.
struct Flow<'a> {
    session: Session<'a>,
    listener: &'a mut dyn Listener,
    /// The position of the next record.
    place: Place,
    /// The buffer for the redacted bytes, if they do not go to the listener.
    redacted: Option<&'a mut Vec<u8>>,
    changed: bool,
}

impl Flow<'_> {
    /// Scans a batch, and passes the finished records to the listener.
    fn step(&mut self, batch: Batch, then: Then) -> Result<()> {
        self.session.push(batch, then != Then::More);
        while let Some(done) = self.session.next() {
            self.changed |= !done.patch.is_empty();
            let offset = self.place.offset + self.place.charset.file_len(&done.raw);
            let text = done.patch.apply(&done.raw);
            let encoded;
            let bytes = match self.place.charset {
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
            drop(text);
            self.listener.record(done, &self.place)?;
            self.place.offset = offset;
        }
        if then == Then::Pause { self.listener.pause() } else { Ok(()) }
    }
}

/// Reads the rest of a file into memory.
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

/// Returns the path of a member of an archive that is itself the member `path` of another one.
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
        std::io::ErrorKind::InvalidData => CliError::Message(format!("{} is not UTF-8 text", wording::path(path))),
        std::io::ErrorKind::NotFound => {
            let name = wording::path(path);
            let advice = "check the path, or write the default policy there";
            CliError::Message(format!("cannot read {name}: it does not exist; {advice}: lastfour policy > {name}"))
        }
        _ => CliError::file("read", path, &error),
    })?;
    Policy::from_toml(&text).map_err(|error| CliError::Message(format!("{}: {error}", wording::path(path))))
}
