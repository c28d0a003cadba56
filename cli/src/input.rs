//! Inputs: files, directories and standard input, compressed or not.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::failure::{CliError, Result, reason};
use crate::transcript::EXTENSIONS;
use crate::wording::{self, count};

/// The file in an output directory that records what was done.
pub(crate) const LEDGER: &str = ".lastfour-done";

/// Bytes per read.
const CHUNK: usize = 256 << 10;

/// The time without input after which a message on standard input counts as complete, although another line could
/// continue it, and the output is flushed.
const PATIENCE: Duration = Duration::from_millis(200);

/// Where a transcript is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    StandardInput,
    File(PathBuf),
}

impl Source {
    /// Returns its name for messages, with secrets masked.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::StandardInput => "standard input".into(),
            Self::File(path) => wording::path(path),
        }
    }

    /// Returns its path, if it is a file.
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::StandardInput => None,
            Self::File(path) => Some(path),
        }
    }

    /// Returns the file name without `.gz` and `.zst`, from which the format is detected.
    pub(crate) fn plain_name(&self) -> String {
        match self {
            Self::StandardInput => String::new(),
            Self::File(path) => plain_name(path),
        }
    }
}

/// Returns the name of a file without `.gz` and `.zst`.
pub(crate) fn plain_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let lower = name.to_ascii_lowercase();
    let suffix = [".gz", ".zst"].into_iter().find(|suffix| lower.ends_with(suffix)).unwrap_or("");
    name[..name.len() - suffix.len()].to_owned()
}

/// The transcripts of a run.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) list: Vec<Source>,
    /// The number of skipped files in directories, by extension.
    pub(crate) left: BTreeMap<String, u64>,
    /// Size of all files, in bytes.
    pub(crate) size: u64,
}

impl Sources {
    /// Returns the number of skipped files with their extensions: `3 files (2 .png, 1 .pdf)`.
    pub(crate) fn left_as_text(&self) -> Option<String> {
        let all: u64 = self.left.values().sum();
        let mut kinds: Vec<(&String, &u64)> = self.left.iter().collect();
        kinds.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
        let named: Vec<String> = kinds.iter().take(NAMED).map(|(extension, n)| format!("{n} {extension}")).collect();
        let more = if kinds.len() > NAMED { ", ..." } else { "" };
        (all > 0).then(|| format!("{} ({}{more})", count(all, "file"), named.join(", ")))
    }
}

/// The maximum number of extensions of skipped files that are listed.
const NAMED: usize = 6;

/// Returns the sources named by these files and directories. In a directory, the files that pass `wanted` are read.
/// `without` is a directory to skip: that of the output.
pub(crate) fn find(asked: &[PathBuf], without: Option<&Path>, wanted: fn(&Path) -> bool) -> Result<Sources> {
    let mut sources = Sources::default();
    if asked.is_empty() {
        sources.list.push(Source::StandardInput);
    }
    let without = without.and_then(|path| fs::canonicalize(path).ok());
    for path in asked {
        if path.as_os_str() == "-" {
            sources.list.push(Source::StandardInput);
            continue;
        }
        let meta = fs::metadata(path).map_err(|error| CliError::file("read", path, &error))?;
        if meta.is_dir() {
            if without.is_some() && fs::canonicalize(path).ok() == without {
                return Err(CliError::Message(format!(
                    "{} is both the input and the output: use --in-place, or another directory for --output",
                    wording::path(path)
                )));
            }
            walk(path, without.as_deref(), wanted, &mut sources)?;
        } else {
            sources.size += meta.len();
            sources.list.push(Source::File(path.clone()));
        }
    }
    if sources.list.is_empty() {
        let left = sources.left_as_text().map(|left| format!(": {left} left")).unwrap_or_default();
        return Err(CliError::Message(format!(
            "nothing to read: no file in the directories named has the extension of a transcript{left}"
        )));
    }
    Ok(sources)
}

/// Adds the files below a directory, ordered by name. Links are not followed.
fn walk(root: &Path, without: Option<&Path>, wanted: fn(&Path) -> bool, sources: &mut Sources) -> Result<()> {
    let mut open = vec![root.to_path_buf()];
    while let Some(directory) = open.pop() {
        if without.is_some() && fs::canonicalize(&directory).ok().as_deref() == without {
            continue;
        }
        let entries = fs::read_dir(&directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| CliError::file("list", &directory, &error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        let mut below = Vec::new();
        for entry in entries {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => below.push(path),
                Ok(kind) if kind.is_file() && wanted(&path) => {
                    sources.size += entry.metadata().map_or(0, |meta| meta.len());
                    sources.list.push(Source::File(path));
                }
                // The record of an earlier run with --output.
                _ if entry.file_name() == LEDGER => {}
                _ => *sources.left.entry(extension(&path)).or_default() += 1,
            }
        }
        open.extend(below.into_iter().rev());
    }
    Ok(())
}

/// Returns whether the extension of a file is one of a transcript.
pub(crate) fn is_transcript(path: &Path) -> bool {
    has_extension(path, |extension| EXTENSIONS.iter().any(|(known, _)| *known == extension))
}

/// Returns the extension of a file, such as `.png`, or a word for a file without one.
fn extension(path: &Path) -> String {
    match path.extension().filter(|extension| extension.len() <= LONGEST_EXTENSION) {
        Some(extension) => format!(".{}", extension.to_string_lossy().to_ascii_lowercase()),
        None => "other".into(),
    }
}

/// The longest extension that is listed, in bytes.
const LONGEST_EXTENSION: usize = 12;

/// Returns whether the extension of a file is one of JSON lines.
pub(crate) fn is_json_lines(path: &Path) -> bool {
    has_extension(path, |extension| matches!(extension, "jsonl" | "ndjson"))
}

fn has_extension(path: &Path, is_known: impl Fn(&str) -> bool) -> bool {
    let name = plain_name(path).to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && is_known(extension))
}

/// How a transcript is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstandard,
}

/// The next part of an input.
pub(crate) enum Chunk {
    Bytes(Vec<u8>),
    /// No bytes are available now, so complete output should be flushed.
    Pause,
    End,
}

/// An open input.
pub(crate) struct Input {
    pub(crate) packing: Packing,
    name: String,
    feed: Feed,
}

enum Feed {
    File(Box<dyn Read + Send>),
    /// Standard input is read by its own thread, so that a pause can be noticed.
    Thread {
        chunks: Receiver<io::Result<Vec<u8>>>,
        /// Whether a pause was reported since the last bytes.
        paused: bool,
    },
}

impl Input {
    /// Opens a transcript. `read` counts the bytes read, before decompression.
    pub(crate) fn open(source: &Source, read: &Arc<AtomicU64>) -> Result<Self> {
        let name = source.name();
        let raw: Box<dyn Read + Send> = match source {
            Source::StandardInput => Box::new(io::stdin()),
            Source::File(path) => Box::new(File::open(path).map_err(|error| CliError::file("read", path, &error))?),
        };
        let unreadable = |error: &io::Error| CliError::Message(format!("cannot read {name}: {}", reason(error)));
        let (packing, mut unpacked) =
            unpack(Counted { inner: raw, read: Arc::clone(read) }).map_err(|error| unreadable(&error))?;
        let feed = match source {
            Source::File(_) => Feed::File(unpacked),
            Source::StandardInput => {
                let (sender, chunks) = sync_channel(4);
                std::thread::spawn(move || {
                    loop {
                        let chunk = read_some(&mut *unpacked);
                        let last = chunk.as_ref().map_or(true, Vec::is_empty);
                        if sender.send(chunk).is_err() || last {
                            return;
                        }
                    }
                });
                Feed::Thread { chunks, paused: false }
            }
        };
        Ok(Self { packing, name, feed })
    }

    /// Returns the next bytes. If standard input is silent for [`PATIENCE`], returns [`Chunk::Pause`] once before it blocks.
    pub(crate) fn next(&mut self) -> Result<Chunk> {
        let bytes = match &mut self.feed {
            Feed::File(file) => read_some(&mut **file),
            Feed::Thread { chunks, paused: true } => match chunks.recv() {
                Ok(bytes) => bytes,
                Err(_) => return Ok(Chunk::End),
            },
            Feed::Thread { chunks, .. } => match chunks.recv_timeout(PATIENCE) {
                Ok(bytes) => bytes,
                Err(RecvTimeoutError::Disconnected) => return Ok(Chunk::End),
                Err(RecvTimeoutError::Timeout) => {
                    self.set_paused(true);
                    return Ok(Chunk::Pause);
                }
            },
        };
        self.set_paused(false);
        match bytes {
            Ok(bytes) if bytes.is_empty() => Ok(Chunk::End),
            Ok(bytes) => Ok(Chunk::Bytes(bytes)),
            Err(error) => Err(CliError::Message(format!("cannot read {}: {}", self.name, reason(&error)))),
        }
    }

    fn set_paused(&mut self, now: bool) {
        if let Feed::Thread { paused, .. } = &mut self.feed {
            *paused = now;
        }
    }
}

/// Reads once. The result is empty at the end of the input.
fn read_some(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match reader.read(&mut buffer) {
            Ok(len) => {
                buffer.truncate(len);
                return Ok(buffer);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The first bytes of compressed data.
const MAGIC: [(Packing, &[u8]); 2] = [(Packing::Gzip, &[0x1F, 0x8B]), (Packing::Zstandard, &[0x28, 0xB5, 0x2F, 0xFD])];

fn packing_of(head: &[u8]) -> Packing {
    MAGIC.iter().find(|(_, magic)| head.starts_with(magic)).map_or(Packing::Plain, |(packing, _)| *packing)
}

/// Decompresses a file in memory, up to `limit` bytes. More are an error.
pub(crate) fn unpacked(bytes: Vec<u8>, limit: u64) -> io::Result<(Packing, Vec<u8>)> {
    if packing_of(&bytes) == Packing::Plain {
        return Ok((Packing::Plain, bytes));
    }
    let (packing, reader) = unpack(Counted { inner: Box::new(Cursor::new(bytes)), read: Arc::default() })?;
    let mut unpacked = Vec::new();
    reader.take(limit + 1).read_to_end(&mut unpacked)?;
    if unpacked.len() as u64 > limit {
        return Err(io::Error::other("it is too large; unpack it first"));
    }
    Ok((packing, unpacked))
}

/// Detects the compression by the first bytes and decompresses. Reads no more than it takes to detect.
fn unpack(mut raw: Counted) -> io::Result<(Packing, Box<dyn Read + Send>)> {
    let mut head = Vec::new();
    loop {
        let could_be = |(_, magic): &(Packing, &[u8])| head.len() < magic.len() && magic.starts_with(&head);
        if !MAGIC.iter().any(could_be) {
            break;
        }
        let more = read_some(&mut raw)?;
        if more.is_empty() {
            break;
        }
        head.extend_from_slice(&more);
    }
    let packing = packing_of(&head);
    let whole = Cursor::new(head).chain(raw);
    Ok((
        packing,
        match packing {
            Packing::Plain => Box::new(whole),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(whole)),
            Packing::Zstandard => Box::new(zstd::stream::read::Decoder::new(whole)?),
        },
    ))
}

/// Counts the bytes read.
struct Counted {
    inner: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buffer)?;
        self.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Cli;

    #[test]
    fn the_help_and_the_guide_list_every_extension_that_is_read() {
        let mut help = Cli::command().find_subcommand("redact").unwrap().clone();
        let help = help.render_long_help().to_string();
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/command-line.md");
        let guide = fs::read_to_string(guide).unwrap();
        for text in [help, guide] {
            let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches([',', '.', ';'])).collect();
            for (extension, _) in EXTENSIONS {
                assert!(words.contains(&&*format!(".{extension}")), ".{extension} is missing in: {text}");
            }
        }
    }
}
