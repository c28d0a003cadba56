//! Outputs: standard output, or a file that appears only when it is complete.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::failure::{CliError, Result};
use crate::input::Packing;
use crate::interrupt;
use crate::wording;

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
    /// Opens standard output, compressed like the input. `binary`: the output is not text. Neither is written to a
    /// terminal.
    pub(crate) fn standard(packing: Packing, binary: bool, name: &str) -> Result<Self> {
        if (binary || packing != Packing::Plain) && io::stdout().is_terminal() {
            let what = if binary { "an archive" } else { "compressed" };
            return Err(CliError::Message(format!(
                "{name} is {what} and is not written to a terminal: use --output DIR, or send standard output to a file"
            )));
        }
        let packer = Packer::new(BufWriter::with_capacity(BUFFER, io::stdout()), packing);
        Ok(Self { target: Target::Standard(packer.map_err(|error| CliError::output(&error))?), packing })
    }

    /// Opens a temporary file next to `path`, compressed like the input. [`finish`](Self::finish) moves it to `path`,
    /// with the permissions of `like`.
    pub(crate) fn file(path: &Path, packing: Packing, like: &Path) -> Result<Self> {
        let (draft, file) = Draft::create(path, Some(like))?;
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

    /// Completes the output and moves a file to its place. If `keep` is set, discards it, so that the original is
    /// unchanged.
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

/// Compresses a file in memory.
pub(crate) fn packed(bytes: Vec<u8>, packing: Packing) -> io::Result<Vec<u8>> {
    if packing == Packing::Plain {
        return Ok(bytes);
    }
    let mut packer = Packer::new(Vec::new(), packing)?;
    packer.get().write_all(&bytes)?;
    packer.finish()
}

/// Returns the SHA-256 of a file.
pub(crate) fn hash_of(path: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(|error| CliError::file("read", path, &error))?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match io::Read::read(&mut file, &mut buffer) {
            Ok(0) => return Ok(hex(hash)),
            Ok(len) => hash.update(&buffer[..len]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CliError::file("read", path, &error)),
        }
    }
}

/// Returns a finished hash in hexadecimal digits.
pub(crate) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Returns a path in a comparable form, without links and `..`, even if the file does not exist yet.
pub(crate) fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    for above in whole.ancestors() {
        if let (Ok(above_real), Ok(rest)) = (fs::canonicalize(above), whole.strip_prefix(above)) {
            return above_real.join(rest);
        }
    }
    whole
}

/// Returns whether a file has another name through a hard link.
pub(crate) fn has_other_names(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).is_ok_and(|meta| meta.nlink() > 1)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Writes a file that appears only when it is complete.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Result<()> {
    let (draft, mut file) = Draft::create(path, None)?;
    file.write_all(content).map_err(|error| CliError::file("write", path, &error))?;
    draft.publish(&file)
}

/// A temporary file for the one at `path`. On Linux it has no name until it is complete, so that nothing is left
/// behind, however the program ends. Elsewhere it is next to `path`, and is removed on drop, or when a signal stops the
/// program, unless it was published.
struct Draft {
    path: PathBuf,
    beside: PathBuf,
    /// The file whose permissions it gets.
    like: Option<PathBuf>,
    named: bool,
}

impl Draft {
    fn create(path: &Path, like: Option<&Path>) -> Result<(Self, File)> {
        // If it is a link, replace its target.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let Some(name) = path.file_name() else {
            return Err(CliError::Message(format!(
                "cannot write {}: it is not the name of a file",
                wording::path(&path)
            )));
        };
        let mut beside = std::ffi::OsString::from(".");
        beside.push(name);
        beside.push(format!(".lastfour-{}.tmp", std::process::id()));
        let beside = path.with_file_name(beside);
        let mut draft = Self { beside, path, like: like.map(Path::to_path_buf), named: false };
        #[cfg(target_os = "linux")]
        if !wants_name()
            && let Some(file) = unnamed::create(&draft.path)
        {
            return Ok((draft, file));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            // Only the owner may read it until it has the permissions of the original.
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        interrupt::begin(&draft.beside);
        let file = options.open(&draft.beside).map_err(|error| {
            interrupt::end(&draft.beside);
            CliError::file("write beside", &draft.path, &error)
        })?;
        draft.named = true;
        Ok((draft, file))
    }

    fn publish(mut self, file: &File) -> Result<()> {
        let fail = |what: &str, error: &io::Error| CliError::file(what, &self.path, error);
        if let Some(like) = &self.like {
            let meta = fs::metadata(like).map_err(|error| CliError::file("read", like, &error))?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt, fchown};
                // This fails unless root changes the owner. It comes first because it clears special permissions.
                let _ = fchown(file, Some(meta.uid()), Some(meta.gid()));
            }
            file.set_permissions(meta.permissions()).map_err(|error| fail("keep the permissions of", &error))?;
        }
        file.sync_all().map_err(|error| fail("write", &error))?;
        #[cfg(target_os = "linux")]
        if !self.named {
            unnamed::link(file, &self.beside).map_err(|error| fail("write beside", &error))?;
        }
        let renamed = fs::rename(&self.beside, &self.path);
        if self.named && renamed.is_ok() {
            interrupt::end(&self.beside);
        }
        self.named = renamed.is_err();
        renamed.map_err(|error| CliError::file("replace", &self.path, &error))?;
        #[cfg(unix)]
        if let Some(directory) = self.path.parent() {
            // Without this, a power failure could undo the rename. The content would still be either the old or the new
            // one.
            let _ = File::open(directory).and_then(|directory| directory.sync_all());
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.named {
            let _ = fs::remove_file(&self.beside);
            interrupt::end(&self.beside);
        }
    }
}

/// Returns whether tests ask for named temporary files, as on other systems. Never in a release.
#[cfg(target_os = "linux")]
fn wants_name() -> bool {
    cfg!(debug_assertions) && std::env::var_os("LASTFOUR_TEST_NAMED_FILES").is_some()
}

/// Files without a name (`O_TMPFILE`).
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

    /// Creates a file in the directory of `path`, or returns `None` if the file system has no such files.
    pub(super) fn create(path: &Path) -> Option<File> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = open(directory, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)?;
        // It gets its name through this directory.
        Path::new(&place(&file)).exists().then_some(file)
    }

    /// Gives the file a name.
    pub(super) fn link(file: &File, path: &Path) -> io::Result<()> {
        linkat(CWD, place(file), CWD, path, AtFlags::SYMLINK_FOLLOW).map_err(io::Error::from)
    }

    fn place(file: &File) -> String {
        format!("/proc/self/fd/{}", file.as_raw_fd())
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
