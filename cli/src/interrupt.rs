//! Removes unfinished files when a signal stops the program, on systems on which files must have names.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The unfinished files.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Registers a file to be removed if the program is stopped. Call it before the file is created.
pub(crate) fn begin(path: &Path) {
    watch();
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        unfinished.push(path.to_path_buf());
    }
}

/// Unregisters a file that has its final name or was removed.
pub(crate) fn end(path: &Path) {
    if let Ok(mut unfinished) = UNFINISHED.lock() {
        unfinished.retain(|known| known != path);
    }
}

/// Waits for signals on a separate thread. Returns when they are caught.
#[cfg(feature = "proxy")]
fn watch() {
    use std::sync::Once;
    use std::sync::mpsc::sync_channel;

    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        let (ready, caught) = sync_channel(1);
        std::thread::spawn(move || {
            // Without a runtime, a signal ends the program as usual.
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            let status = runtime.block_on(stopped(|| ready.send(()).unwrap_or_default()));
            if let (Some(status), Ok(unfinished)) = (status, UNFINISHED.lock()) {
                for path in unfinished.iter() {
                    let _ = std::fs::remove_file(path);
                }
                // The lock is held, so that no file is created meanwhile.
                std::process::exit(status);
            }
        });
        // If the thread fails, it drops its end of the channel.
        let _ = caught.recv();
    });
}

#[cfg(not(feature = "proxy"))]
fn watch() {}

/// Waits for a signal that stops the program and returns the exit status. Calls `ready` when signals are caught.
#[cfg(all(feature = "proxy", unix))]
async fn stopped(ready: impl FnOnce()) -> Option<i32> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut int = signal(SignalKind::interrupt()).ok()?;
    let mut term = signal(SignalKind::terminate()).ok()?;
    let mut hup = signal(SignalKind::hangup()).ok()?;
    ready();
    // The exit status of shells: 128 plus the signal number.
    Some(tokio::select! {
        _ = int.recv() => 130,
        _ = term.recv() => 143,
        _ = hup.recv() => 129,
    })
}

#[cfg(all(feature = "proxy", not(unix)))]
async fn stopped(ready: impl FnOnce()) -> Option<i32> {
    let stop = tokio::signal::ctrl_c();
    ready();
    stop.await.ok().map(|()| 130)
}
