//! Rooms, from outside and from inside, each test bounded in time, memory and processes.

#[cfg(target_os = "linux")]
mod abuse;
mod cgroup;
#[cfg(target_os = "linux")]
mod guarded;
#[cfg(target_os = "linux")]
mod isolation;
mod life;
#[cfg(target_os = "linux")]
mod limits;
mod support;
