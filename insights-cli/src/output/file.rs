//! [`OutputFile`]: what a run writes to; a file gets its name when it is whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Stdout, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::failure::failure;

/// A file or stdout, buffered.
///
/// A file is written beside its place under a name that is no log's, and takes its place when it is
/// finished. Dropped before that, it leaves what was there; a run that is killed leaves a file
/// `.insights-….tmp` too.
pub(crate) struct OutputFile(Place);

enum Place {
    Stdout(BufWriter<Stdout>),
    /// A device, a pipe, or a file that is open already: there is nothing to replace.
    Through(BufWriter<File>),
    Beside(BufWriter<NamedTempFile>, PathBuf),
}

impl OutputFile {
    pub(crate) fn stdout() -> Self {
        Self(Place::Stdout(BufWriter::new(io::stdout())))
    }

    /// Begins a file. What could not be written to cannot be replaced either.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let what = || format!("cannot write {}", path.display());
        Place::of(path).map(Self).map_err(|error| match path.parent() {
            Some(folder) if error.kind() == io::ErrorKind::NotFound => {
                let tip = format!("make its folder first: mkdir -p {}", folder.display());
                failure("its folder is not there", tip).context(what())
            }
            _ => anyhow::Error::new(error).context(what()),
        })
    }

    /// Writes what is buffered and lets the file take its place.
    pub(crate) fn finish(self) -> io::Result<()> {
        match self.0 {
            Place::Stdout(mut out) => out.flush(),
            Place::Through(mut out) => out.flush(),
            Place::Beside(out, path) => {
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.persist(path)?;
                Ok(())
            }
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Place::Stdout(out) => out.write(bytes),
            Place::Through(out) => out.write(bytes),
            Place::Beside(out, _) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Place::Stdout(out) => out.flush(),
            Place::Through(out) => out.flush(),
            Place::Beside(out, _) => out.flush(),
        }
    }
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let path = followed(path);
        let there = match fs::metadata(&path) {
            Ok(there) => Some(there),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if is_open_file(&path) || there.as_ref().is_some_and(|there| !there.is_file()) {
            return Ok(Self::Through(BufWriter::new(File::create(path)?)));
        }
        if there.is_some() {
            OpenOptions::new().write(true).open(&path)?;
        }
        let file = beside(&path)?;
        if let Some(there) = there {
            file.as_file().set_permissions(there.permissions())?;
        }
        Ok(Self::Beside(BufWriter::new(file), path))
    }
}

/// Returns where the links end that begin at `path`, be there a file or not.
fn followed(path: &Path) -> PathBuf {
    // As many as Linux follows.
    const LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if is_open_file(&path) {
            break;
        }
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// Returns whether a path names a file that is open, such as stdout: what was opened is meant, and
/// not the name that it has.
fn is_open_file(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/dev/fd")
}

/// Creates a file in the folder of `path`, with the permissions of any new file.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new();
    file.prefix(".insights-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less what the umask takes away.
        file.permissions(fs::Permissions::from_mode(0o666));
    }
    file.tempfile_in(folder.unwrap_or(Path::new(".")))
}
