//! Where the safe form goes: standard output, or a file that appears only once it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Component, Path, PathBuf};

use crate::failure::{CliError, Result};
use crate::input::Packing;

/// Bytes that are held before they are written, unless the input is slow.
const BUFFER: usize = 128 << 10;

/// Where a transcript is written.
pub(crate) struct Output {
    target: Target,
    packing: Packing,
}

enum Target {
    Standard(Packer<BufWriter<Stdout>>),
    File(Packer<BufWriter<File>>, Draft),
}

impl Output {
    /// Standard output, packed as the input is.
    pub(crate) fn standard(packing: Packing) -> Result<Self> {
        let packer = Packer::new(BufWriter::with_capacity(BUFFER, io::stdout()), packing);
        Ok(Self { target: Target::Standard(packer.map_err(|error| CliError::output(&error))?), packing })
    }

    /// The file at `path`, packed as the input is. It is written beside and takes its place with [`finish`](Self::finish)
    /// only. `like` is the file whose permissions it gets.
    pub(crate) fn file(path: &Path, packing: Packing, like: &Path) -> Result<Self> {
        let draft = Draft::new(path, like)?;
        let file = draft.create()?;
        let packer = Packer::new(BufWriter::with_capacity(BUFFER, file), packing);
        let packer = packer.map_err(|error| CliError::file("write", path, &error))?;
        Ok(Self { target: Target::File(packer, draft), packing })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.target {
            Target::Standard(packer) => packer.get().write_all(bytes).map_err(|error| CliError::output(&error)),
            Target::File(packer, draft) => {
                packer.get().write_all(bytes).map_err(|error| CliError::file("write", &draft.path, &error))
            }
        }
    }

    /// Lets out what was written so far, where somebody may be waiting for it.
    pub(crate) fn flush(&mut self) -> Result<()> {
        match &mut self.target {
            Target::Standard(packer) if self.packing == Packing::Plain => {
                packer.get().flush().map_err(|error| CliError::output(&error))
            }
            _ => Ok(()),
        }
    }

    /// Everything is written. A file takes its place now, unless it is to stay as it is (`keep`).
    pub(crate) fn finish(self, keep: bool) -> Result<()> {
        match self.target {
            Target::Standard(packer) => {
                let mut out = packer.finish().map_err(|error| CliError::output(&error))?;
                out.flush().map_err(|error| CliError::output(&error))
            }
            Target::File(..) if keep => Ok(()),
            Target::File(packer, draft) => {
                let written = packer.finish().and_then(|out| out.into_inner().map_err(io::IntoInnerError::into_error));
                let file = written.map_err(|error| CliError::file("write", &draft.path, &error))?;
                draft.publish(&file)
            }
        }
    }
}

/// Packs what is written.
enum Packer<W: Write> {
    Plain(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstandard(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Packer<W> {
    fn new(inner: W, packing: Packing) -> io::Result<Self> {
        Ok(match packing {
            Packing::Plain => Self::Plain(inner),
            Packing::Gzip => Self::Gzip(flate2::write::GzEncoder::new(inner, flate2::Compression::default())),
            Packing::Zstandard => {
                let mut encoder = zstd::stream::write::Encoder::new(inner, 0)?;
                encoder.include_checksum(true)?;
                Self::Zstandard(encoder)
            }
        })
    }

    fn get(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(out) => out,
            Self::Gzip(out) => out,
            Self::Zstandard(out) => out,
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => Ok(out),
            Self::Gzip(out) => out.finish(),
            Self::Zstandard(out) => out.finish(),
        }
    }
}

/// A file beside the one whose place it is to take. Dropped before that, it is removed, and nothing has happened.
struct Draft {
    path: PathBuf,
    beside: PathBuf,
    like: PathBuf,
}

impl Draft {
    fn new(path: &Path, like: &Path) -> Result<Self> {
        // A link is kept, and the file it leads to replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let Some(name) = path.file_name() else {
            return Err(CliError::Message(format!("cannot write {}: it names no file", path.display())));
        };
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".lastfour-{}.tmp", std::process::id()));
        Ok(Self { beside: path.with_file_name(beside), path, like: like.to_path_buf() })
    }

    fn create(&self) -> Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            // Until it has the permissions of the original, nobody else may read it.
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(&self.beside).map_err(|error| CliError::file("write beside", &self.path, &error))
    }

    fn publish(self, file: &File) -> Result<()> {
        let fail = |what: &str, error: &io::Error| CliError::file(what, &self.path, error);
        let meta = fs::metadata(&self.like).map_err(|error| CliError::file("read", &self.like, &error))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, fchown};
            // Only root can give a file away, so that this may fail. It goes first, for it clears special permissions.
            let _ = fchown(file, Some(meta.uid()), Some(meta.gid()));
        }
        file.set_permissions(meta.permissions()).map_err(|error| fail("keep the permissions of", &error))?;
        file.sync_all().map_err(|error| fail("write", &error))?;
        fs::rename(&self.beside, &self.path).map_err(|error| fail("replace", &error))?;
        #[cfg(unix)]
        if let Some(directory) = self.path.parent() {
            // The new name survives a power cut only once the directory is written; the content is safe either way.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After it took its place there is nothing left to remove.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Where below `root` the safe form of the file at `path` goes: under its own path, without what leads upwards.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    let mut target = root.to_path_buf();
    for part in path.components() {
        if let Component::Normal(name) = part {
            target.push(name);
        }
    }
    target
}
