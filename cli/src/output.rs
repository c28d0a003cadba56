//! Outputs: standard output, or a file that appears only when it is complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Stdout, Write};
use std::path::{Component, Path, PathBuf};

use crate::failure::{CliError, Result};
use crate::input::Packing;

/// Size of the output buffer in bytes.
const BUFFER: usize = 128 << 10;

/// An open output.
pub(crate) struct Output {
    target: Target,
    packing: Packing,
}

enum Target {
    Standard(Packer<BufWriter<Stdout>>),
    File(Packer<BufWriter<File>>, Draft),
}

impl Output {
    /// Opens standard output, compressed like the input.
    pub(crate) fn standard(packing: Packing) -> Result<Self> {
        let packer = Packer::new(BufWriter::with_capacity(BUFFER, io::stdout()), packing);
        Ok(Self { target: Target::Standard(packer.map_err(|error| CliError::output(&error))?), packing })
    }

    /// Opens a temporary file beside `path`, compressed like the input. [`finish`](Self::finish) moves it to `path`, with
    /// the permissions of `like`.
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

    /// Flushes standard output, unless it is compressed.
    pub(crate) fn flush(&mut self) -> Result<()> {
        match &mut self.target {
            Target::Standard(packer) if self.packing == Packing::Plain => {
                packer.get().flush().map_err(|error| CliError::output(&error))
            }
            _ => Ok(()),
        }
    }

    /// Completes the output and moves a file to its place, or discards it if the original is to `keep` its content.
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

/// Compresses the output.
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

/// A temporary file beside the one it is to replace. It is removed on drop unless it was published.
struct Draft {
    path: PathBuf,
    beside: PathBuf,
    like: PathBuf,
}

impl Draft {
    fn new(path: &Path, like: &Path) -> Result<Self> {
        // If it is a link, the file it points to is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let Some(name) = path.file_name() else {
            return Err(CliError::Message(format!("cannot write {}: it is not the name of a file", path.display())));
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
            // Only the owner may read it until it has the permissions of the original.
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
            // This may fail, as only root can change an owner. It comes first because it clears special permissions.
            let _ = fchown(file, Some(meta.uid()), Some(meta.gid()));
        }
        file.set_permissions(meta.permissions()).map_err(|error| fail("keep the permissions of", &error))?;
        file.sync_all().map_err(|error| fail("write", &error))?;
        fs::rename(&self.beside, &self.path).map_err(|error| fail("replace", &error))?;
        #[cfg(unix)]
        if let Some(directory) = self.path.parent() {
            // Without this a power failure could undo the rename; the content would still be either the old or the new.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Fails after a rename, as the file is gone.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Returns the path below `root` for the file at `path`: the same path, without `..` and the root.
pub(crate) fn below(root: &Path, path: &Path) -> PathBuf {
    let mut target = root.to_path_buf();
    for part in path.components() {
        if let Component::Normal(name) = part {
            target.push(name);
        }
    }
    target
}
