//! Each limit ends what passes it, with its own name, and the next request gets a fresh instance.

use crate::support::{ask, guest, program, server, settings, small};
use gradus_wasm::{Command, Limits, Server, Stopped};
use std::time::Duration;

/// The attack ends its instance as told; the next request is answered by a fresh one.
async fn ends(attack: &str, more: &str, limits: Limits, wanted: Stopped) {
    let server = server(&guest(attack, more), limits).await;
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
    assert_eq!(server.ended(), None);
    assert_eq!(ask(&server, "/x").await, Err(wanted.clone()));
    assert_eq!(server.ended(), Some(wanted));
    assert_eq!(server.instances(), 1);
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
    assert_eq!(server.instances(), 2);
}

#[tokio::test]
async fn a_loop_without_end_uses_up_the_fuel_of_its_request() {
    ends("(loop $on (br $on))", "", small(), Stopped::RequestFuel(10_000_000)).await;
}

#[tokio::test]
async fn a_loop_without_end_runs_into_its_deadline_if_fuel_lasts() {
    let request = Duration::from_millis(100);
    let limits = Limits { fuel_request: u64::MAX / 4, fuel_grading: u64::MAX / 2, request, ..small() };
    ends("(loop $on (br $on))", "", limits, Stopped::Deadline(request)).await;
}

/// Sleeps for as many seconds, by the clock that only goes on: what WASI calls a subscription lies at 600.
fn sleep(seconds: u64) -> String {
    let nanoseconds = seconds * 1_000_000_000;
    format!(
        "(i32.store8 (i32.const 608) (i32.const 0)) (i32.store (i32.const 616) (i32.const 1))
         (i64.store (i32.const 624) (i64.const {nanoseconds})) (i32.store16 (i32.const 640) (i32.const 0))
         (drop (call $poll (i32.const 600) (i32.const 704) (i32.const 1) (i32.const 760)))"
    )
}

#[tokio::test]
async fn what_a_program_waits_for_counts_while_it_waits() {
    let request = Duration::from_millis(100);
    ends(&sleep(3600), "", Limits { request, ..small() }, Stopped::Deadline(request)).await;
}

/// However long the grader let it wait before: a request's time begins with the request.
#[tokio::test]
async fn a_turn_begins_with_its_request() {
    let server = server(&guest(&sleep(0), ""), Limits { request: Duration::from_secs(5), ..small() }).await;
    for _ in 0..3 {
        server.pass(Duration::from_secs(3600));
        assert_eq!(ask(&server, "/x").await.unwrap(), "ok");
    }
    server.pass(Duration::from_secs(3600));
    server.start().await.unwrap();
    assert!(server.clock() >= Duration::from_secs(4 * 3600), "{:?}", server.clock());
    assert_eq!(ask(&server, "/x").await.unwrap(), "ok");
}

#[tokio::test]
async fn all_requests_together_have_their_fuel_too() {
    let limits = Limits { fuel_grading: 11_000_000, ..small() };
    let server = server(&guest("(loop $on (br $on))", ""), limits).await;
    assert_eq!(ask(&server, "/x").await, Err(Stopped::RequestFuel(10_000_000)));
    assert_eq!(ask(&server, "/x").await, Err(Stopped::GradingFuel(11_000_000)));
    assert_eq!(ask(&server, "/").await, Err(Stopped::GradingFuel(11_000_000)));
}

#[tokio::test]
async fn a_program_that_never_waits_for_a_request_is_stopped() {
    let text = r#"(module (memory (export "memory") 1) (func (export "_start") (loop $on (br $on))))"#;
    let fuel = Server::new(program(text), settings(small()));
    assert_eq!(fuel.start().await, Err(Stopped::StartFuel(10_000_000)));
    let start = Duration::from_millis(50);
    let limits = Limits { fuel_start: u64::MAX / 4, fuel_grading: u64::MAX / 2, start, ..small() };
    let clock = Server::new(program(text), settings(limits));
    assert_eq!(clock.start().await, Err(Stopped::Start(start)));
}

#[tokio::test]
async fn memory_and_tables_have_bounds() {
    ends("(drop (memory.grow (i32.const 100)))", "", small(), Stopped::Memory(1 << 20)).await;
    let table = "(table $t 1 funcref)";
    ends("(drop (table.grow $t (ref.null func) (i32.const 1000)))", table, small(), Stopped::Table(100))
        .await;
}

#[tokio::test]
async fn memories_and_tables_are_counted_together() {
    let memory = "(memory $other 10)";
    ends("(drop (memory.grow $other (i32.const 10)))", memory, small(), Stopped::Memory(1 << 20)).await;
    let tables = "(table $a 60 funcref) (table $b 1 funcref)";
    let grow = "(drop (table.grow $b (ref.null func) (i32.const 60)))";
    ends(grow, tables, small(), Stopped::Table(100)).await;
}

#[tokio::test]
async fn what_was_held_at_most_is_known() {
    let server = server(&guest("(drop (memory.grow (i32.const 4)))", ""), small()).await;
    assert_eq!(server.memory(), (2 << 16, 2 << 16));
    assert_eq!(ask(&server, "/x").await.unwrap(), "ok");
    server.start().await.unwrap();
    assert_eq!(server.memory(), (2 << 16, 6 << 16));
    assert!(!server.worked().is_zero());
}

/// Opens a new file of `DATA_DIR`, whose descriptor is then at 32.
const OPEN: &str = "(call $open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 1) (i32.const 1) \
    (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 32))";

#[tokio::test]
async fn a_file_that_was_removed_while_it_is_written_has_its_bound_too() {
    let data = tempfile::tempdir().unwrap();
    let write =
        "(loop $on (call $print (i32.load (i32.const 32)) (i32.const 1024) (i32.const 500)) (br $on))";
    let remove = "(drop (call $unlink (i32.const 3) (i32.const 128) (i32.const 1)))";
    for attack in [format!("(drop {OPEN}) {write}"), format!("(drop {OPEN}) {remove} {write}")] {
        let limits = Limits { fuel_request: 10_000_000_000, fuel_grading: u64::MAX / 2, ..small() };
        let settings = gradus_wasm::Settings { data: Some(data.path().to_owned()), ..settings(limits) };
        let server = Server::new(program(&guest(&attack, "")), settings);
        server.start().await.unwrap();
        assert_eq!(ask(&server, "/x").await, Err(Stopped::Disk(1 << 20)));
        std::fs::remove_dir_all(data.path()).and_then(|()| std::fs::create_dir(data.path())).unwrap();
    }
}

/// A server whose data may be 1,000 bytes.
fn little_data(text: &str, data: &std::path::Path) -> Server {
    let limits = Limits { disk: 1000, ..small() };
    let settings = gradus_wasm::Settings { data: Some(data.to_owned()), ..settings(limits) };
    Server::new(program(text), settings)
}

/// Writes so many bytes into that file.
fn write(bytes: u32) -> String {
    format!("(call $print (i32.load (i32.const 32)) (i32.const 1024) (i32.const {bytes}))")
}

#[tokio::test]
async fn data_is_bounded_also_for_a_single_write_and_may_only_shrink_then() {
    let data = tempfile::tempdir().unwrap();
    let more = |bytes| guest(&format!("(drop {OPEN}) {}", write(bytes)), "");
    let server = little_data(&more(1001), data.path());
    server.start().await.unwrap();
    assert_eq!(ask(&server, "/x").await, Err(Stopped::Disk(1000)));
    assert_eq!(server.ended(), Some(Stopped::Disk(1000)));
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
    let greedy = little_data(&more(1002), data.path());
    greedy.start().await.unwrap();
    assert_eq!(ask(&greedy, "/").await.unwrap(), "ok");
    assert_eq!(ask(&greedy, "/x").await, Err(Stopped::Disk(1000)));
}

#[tokio::test]
async fn with_very_much_data_nothing_is_started() {
    let data = tempfile::tempdir().unwrap();
    // A file with nothing in it is as long as it says.
    std::fs::File::create(data.path().join("hole")).unwrap().set_len(300 << 20).unwrap();
    assert_eq!(little_data(&guest("(nop)", ""), data.path()).start().await, Err(Stopped::Disk(1000)));
}

#[tokio::test]
async fn many_small_writes_are_bounded_as_one_is() {
    let data = tempfile::tempdir().unwrap();
    let once = format!("(if (i32.eqz (i32.load (i32.const 32))) (then (drop {OPEN})))");
    let server = little_data(&guest(&format!("{once} {}", write(400)), ""), data.path());
    server.start().await.unwrap();
    assert_eq!(ask(&server, "/x").await.unwrap(), "ok");
    assert_eq!(ask(&server, "/x").await.unwrap(), "ok");
    assert_eq!(ask(&server, "/x").await, Err(Stopped::Disk(1000)));
}

#[tokio::test]
async fn what_is_written_at_the_start_and_by_commands_counts_too() {
    let begin = |bytes| {
        let first = format!("(drop {OPEN}) {} (loop $again", write(bytes));
        guest("(nop)", "").replace("(loop $again", &first)
    };
    let data = tempfile::tempdir().unwrap();
    assert_eq!(little_data(&begin(1001), data.path()).start().await, Err(Stopped::Disk(1000)));
    let run = async |bytes| {
        let data = tempfile::tempdir().unwrap();
        let server = little_data(&begin(bytes), data.path());
        server.run(&Command::default(), Duration::from_secs(20)).await.unwrap().ending
    };
    assert_eq!(run(1001).await, Err(Stopped::Disk(1000)));
    assert_eq!(run(1000).await, Ok(0));
}

#[tokio::test]
async fn commands_have_budgets_of_their_own_and_one_together() {
    let text = guest("(nop)", "").replace("(loop $again", "(loop $on (br $on)) (loop $again");
    let limits = Limits { fuel_grading: 15_000_000, ..small() };
    let server = Server::new(program(&text), settings(limits));
    let run = async |within| server.run(&Command::default(), within).await.unwrap().ending;
    assert_eq!(run(Duration::from_secs(60)).await, Err(Stopped::CommandFuel(10_000_000)));
    assert_eq!(run(Duration::from_secs(60)).await, Err(Stopped::GradingFuel(15_000_000)));
    let asleep = guest("(nop)", "").replace("(loop $again", &format!("{} (loop $again", sleep(3600)));
    let (server, within) = (Server::new(program(&asleep), settings(small())), Duration::from_millis(50));
    let ending = server.run(&Command::default(), within).await.unwrap().ending;
    assert_eq!(ending, Err(Stopped::Endless(within)));
}

#[tokio::test]
async fn a_program_can_not_hold_all_of_our_descriptors() {
    let data = tempfile::tempdir().unwrap();
    let again = format!("(loop $on (br_if $on (i32.eqz {OPEN})))");
    let settings = gradus_wasm::Settings { data: Some(data.path().to_owned()), ..settings(small()) };
    let server = Server::new(program(&guest(&again, "")), settings);
    server.start().await.unwrap();
    let ended = ask(&server, "/x").await;
    let held = std::fs::read_dir("/proc/self/fd").unwrap().count();
    assert!(held < 1000, "{held} descriptors: {ended:?}");
}

#[tokio::test]
async fn memory_that_is_wanted_from_the_beginning_counts_too() {
    let text = r#"(module (memory (export "memory") 1000) (func (export "_start")))"#;
    let server = Server::new(program(text), settings(small()));
    assert_eq!(server.start().await, Err(Stopped::Memory(1 << 20)));
}

#[tokio::test]
async fn floods_end_the_program_and_not_the_machine() {
    let print = "(loop $on (call $print (i32.const 2) (i32.const 0) (i32.const 500)) (br $on))";
    ends(print, "", small(), Stopped::Output(1000)).await;
    // It begins as an answer does: what is no HTTP would end it for that, whenever it gives way to who reads.
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n";
    let begins = format!("(call $print (i32.const 1) (i32.const 512) (i32.const {}))", head.len());
    let answer = "(loop $on (call $print (i32.const 1) (i32.const 1024) (i32.const 500)) (br $on))";
    let data = format!("(data (i32.const 512) {head:?})");
    ends(&(begins + answer), &data, small(), Stopped::Answer(1000)).await;
}

#[tokio::test]
async fn a_trap_in_the_middle_of_an_answer_is_no_deadlock() {
    let half = "(call $print (i32.const 1) (i32.const 128) (i32.const 39)) (unreachable)";
    let server = server(&guest(half, ""), small()).await;
    let Err(Stopped::Crashed(why)) = ask(&server, "/x").await else { panic!("it did not crash") };
    assert!(why.contains("gave up"), "{why}");
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
}

#[tokio::test]
async fn calls_within_calls_end_with_the_stack() {
    ends("(call $deep)", "(func $deep (call $deep) (call $deep))", small(), Stopped::Stack).await;
}

#[tokio::test]
async fn a_wild_pointer_and_an_exit_are_told_apart() {
    let wild = "(drop (i32.load (i32.const 0x7fffffff)))";
    let server = server(&guest(wild, ""), small()).await;
    let Err(Stopped::Crashed(why)) = ask(&server, "/x").await else { panic!("it did not crash") };
    assert!(why.contains("out of bounds"), "{why}");
    ends("(call $exit (i32.const 3))", "", small(), Stopped::Exited(3)).await;
}

#[tokio::test]
async fn what_is_no_http_is_said_so() {
    let chatter = "(call $print (i32.const 1) (i32.const 1024) (i32.const 50))";
    let server = server(&guest(chatter, ""), small()).await;
    assert!(matches!(ask(&server, "/x").await, Err(Stopped::NotHttp(_))));
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
}

#[tokio::test]
async fn no_path_leaves_the_folder_of_data() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret"), "secret").unwrap();
    let data = outside.path().join("data");
    std::fs::create_dir(&data).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path().join("secret"), data.join("link")).unwrap();
    // The answer's second last byte becomes the error's number; 0 would be an open file.
    let open = |path: &str| {
        let length = path.len();
        let more = format!(r#"(data (i32.const 512) "{path}")"#);
        let attack = format!(
            "(i32.store8 (i32.const 166) (i32.add (i32.const 48) (i32.ne (i32.const 0)
               (call $open (i32.const 3) (i32.const 1) (i32.const 512) (i32.const {length}) (i32.const 0)
                 (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 900)))))"
        );
        guest(&attack, &more)
    };
    std::fs::write(data.join("mine"), "mine").unwrap();
    for (path, refused) in [("mine", "0k"), ("../secret", "1k"), ("/etc/passwd", "1k"), ("link", "1k")] {
        let settings = gradus_wasm::Settings { data: Some(data.clone()), ..settings(small()) };
        let server = Server::new(program(&open(path)), settings);
        server.start().await.unwrap();
        assert_eq!(ask(&server, "/x").await.unwrap(), refused, "{path}");
    }
}
