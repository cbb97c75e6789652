//! Whether a rung can be had here: a whole room is made and used once, as nothing less says that it works.

use crate::ending::Ending;
use crate::launcher::{Launcher, SandboxError};
use crate::spec::{Access, Limits, Program, RoomSpec, Rung, Stdin, View};
use crate::view::host_id;
use crate::wire::Holds;
use std::io;
use std::net::Ipv4Addr;

/// A room of namespaces, with a covered folder, a program that runs, and a connection inside.
pub async fn native(launcher: &Launcher) -> Result<Holds, SandboxError> {
    let folder = std::env::temp_dir();
    let view = View::of_room().put("/usr/share".into(), "/work".into(), Access::Overlay);
    let rung = Rung::Native(View { host_id: host_id(&folder.to_string_lossy()), ..view });
    let room = launcher.open(&RoomSpec { rung, limits: Limits::default() }).await?;
    runs(&room).await?;
    let address = (Ipv4Addr::LOCALHOST, 8080).into();
    let connected = async {
        let listener = room.listen(address).await?;
        tokio::try_join!(listener.accept(), room.connect(address)).map(drop)
    };
    connected.await.map_err(|error: io::Error| refused("connect inside", error.to_string()))?;
    Ok(room.holds())
}

/// A room of Landlock and seccomp, with a program that runs.
pub async fn guarded(launcher: &Launcher) -> Result<Holds, SandboxError> {
    let rung = Rung::Guarded { view: View::of_system(), ports: Vec::new() };
    let room = launcher.open(&RoomSpec { rung, limits: Limits::default() }).await?;
    runs(&room).await?;
    Ok(room.holds())
}

async fn runs(room: &crate::Room) -> Result<(), SandboxError> {
    let program = Program {
        command: ["/bin/sh", "-c", "exit 3"].map(Into::into).to_vec(),
        dir: "/usr".into(),
        env: Vec::new(),
        stdin: Stdin::Null,
        output_cap: 1024,
        wall: None,
        user: None,
    };
    match room.run(program).await?.wait().await.ending {
        Ending::Exited(3) => Ok(()),
        other => Err(refused("run a program", other.to_string())),
    }
}

fn refused(step: &str, why: String) -> SandboxError {
    SandboxError::Refused { step: step.to_owned(), why }
}
