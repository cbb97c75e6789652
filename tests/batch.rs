//! A class, graded in one go: everybody gets what is theirs, whatever others handed in and however often we are killed.

use crate::support::Gradus;
use crate::support::class::{BAD, Class, GOOD, NEAR};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_mixed_class_gets_a_line_each_and_nobody_spoils_it_for_others() {
    let class = Class::new()
        .short_limits()
        .server("good", GOOD)
        .server("bad", BAD)
        .program("crashes", "raise SystemExit('no')\n")
        .program("hangs", "import time\ntime.sleep(60)\n")
        .server("silent", "def answer(method, path, body):\n    time.sleep(60)\n");
    class.0.write("class/nothing/README.md", "I will do it later.");
    class
        .0
        .write("class/other/gradus.toml", "format = 1\nexercise = \"todo-backend\"\n[run]\nstart = \"x\"\n");
    class.0.write("class/toml/gradus.toml", "format = 1\nexercise = demo\n");
    std::fs::write(class.path("class/zipped.zip"), b"PK nothing").expect("a file");
    class
        .batch(&[])
        .code(0)
        .says("9 submissions in a folder of submissions")
        .says("no")
        .says("9 submissions graded, 6 failed, 1 passed, 2 refused.");
    let cells = |name: &str, standing: &str, mark: &str| [name, standing, mark].map(str::to_owned).to_vec();
    assert_eq!(
        class.csv(&["student", "standing", "mark"]),
        [
            cells("bad", "failed", "1"),
            cells("crashes", "failed", "0"),
            cells("good", "passed", "10"),
            cells("hangs", "failed", "0"),
            cells("nothing", "failed", "0"),
            cells("other", "refused", ""),
            cells("silent", "failed", "0"),
            cells("toml", "failed", "0"),
            cells("zipped", "refused", ""),
        ]
    );
    class
        .gradebook(&["explain", "other"])
        .code(0)
        .says("its gradus.toml says that it answers `todo-backend`")
        .says("no mark");
    class.gradebook(&["explain", "crashes"]).code(0).says("exited with code 1").says("│ no");
    class.gradebook(&["explain", "toml"]).code(0).says("gradus.toml has a mistake");
}

#[test]
fn what_is_done_is_not_done_again_and_what_changed_is() {
    let class = Class::new().server("ada", GOOD).server("bob", BAD);
    class.batch(&[]).code(0).says("2 submissions graded, 1 failed, 1 passed.");
    class.batch(&[]).code(0).says("0 submissions graded, 2 as graded before.");
    class.batch(&["--sandbox", "none"]).code(0).says("2 submissions graded, 1 failed, 1 passed.");
    class.batch(&["--sandbox", "none"]).code(0).says("0 submissions graded, 2 as graded before.");
    class.batch(&["--regrade", "failed"]).code(0).says("1 submission graded, 1 failed, 1 as graded before.");
    let class = class.server("bob", GOOD);
    class.batch(&[]).code(0).says("1 submission graded, 1 passed, 1 as graded before.");
    class
        .gradebook(&["diff"])
        .code(0)
        .says("bob: failed, 1 of 10 → passed, 10 of 10 (another submission)")
        .says("    greets: failed → passed")
        .says("1 changed, 0 alike, 0 new.");
    let grader = std::fs::read_to_string(class.path("graders/demo/grader.yaml")).expect("a grader");
    class.0.write(
        "graders/demo/grader.yaml",
        &grader.replace("points: 3", "points: 5").replace("hello } }", "bye } }"),
    );
    class
        .batch(&[])
        .code(0)
        .says("2 submissions graded, 1 failed, 1 passed.".replace("1 failed, 1 passed", "2 failed").as_str());
    class.gradebook(&["diff"]).code(0).says("(another grader)").says("2 changed");
    class.batch(&["--regrade", "all"]).code(0).says("2 submissions graded");
    class.gradebook(&["diff"]).code(0).says("Nothing changed.").says("0 changed, 2 alike, 0 new.");
}

#[test]
fn one_archive_of_all_and_a_roster_are_classes_too() {
    let class = Class::new().server("ada", GOOD).server("bob", BAD);
    let tar =
        Command::new("tar").args(["czf", "friday.tar.gz", "class"]).current_dir(class.path("")).status();
    assert!(tar.expect("tar runs").success());
    class.batch_of("friday.tar.gz", &[]).run().code(0).says("1 failed, 1 passed");
    assert!(!class.path("gradebook.db.scratch").exists(), "nothing is left behind");
    class.0.write("roster.csv", "student,name,path,submitted_at\nada,Ada L.,class/ada,2026-11-20T12:00:00Z\nbob,,class/bob,2026-11-21T12:00:01Z\n");
    class
        .batch_of(
            "roster.csv",
            &["--gradebook", "two.db", "--deadline", "2026-11-20 12:00 Z", "--late", "50%/day"],
        )
        .run()
        .code(0);
    class.gradebook(&["show", "--gradebook", "two.db"]).code(0).says("ada Ada L.").says("late");
    class
        .gradebook(&["explain", "bob", "--gradebook", "two.db"])
        .code(0)
        .says("late by 1 day 1 s")
        .says("mark: 0 of 10");
}

#[test]
fn mistakes_on_the_command_line_say_the_way_out() {
    let class = Class::new().server("ada", GOOD);
    class
        .batch_of("class/ada", &[])
        .run()
        .code(2)
        .complains("looks like one submission")
        .complains("gradus check");
    class.batch_of("nowhere", &[]).run().code(2).complains("nowhere");
    class.batch(&["--deadline", "tomorrow"]).code(2).complains("2026-11-20T23:59:00+01:00");
    class.batch(&["--late", "10"]).code(2).complains("10%/day");
    class
        .gradebook(&["show"])
        .code(2)
        .complains("there is no gradebook")
        .complains("gradus batch SLUG SOURCE");
    class.0.write("gradebook.db", "this is my diary");
    class.batch(&[]).code(2).complains("is not a gradebook");
    assert_eq!(std::fs::read_to_string(class.path("gradebook.db")).expect("a file"), "this is my diary");
}

#[test]
fn what_others_wrote_is_never_graded_in_a_weaker_sandbox_unless_it_is_named() {
    let class = Class::new().server("ada", GOOD);
    let hindered =
        ["unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"", "sh"];
    let root = class.path("").display().to_string();
    let run = |more: &[&str]| {
        let (source, book) = (class.folder().display().to_string(), class.path("b.db").display().to_string());
        let mut all = vec!["batch", "demo", &source, "--exercises", &root, "--gradebook", &book];
        all.extend(more);
        Gradus::new(all).below(&hindered).run()
    };
    run(&[]).code(4).complains("graded in the full sandbox only").complains("--sandbox guarded");
    run(&["--sandbox", "guarded"]).code(0).says("1 passed");
}

#[test]
fn what_wavers_is_graded_again_and_called_unstable() {
    // It counts its starts outside of its data, where only a weaker sandbox lets it: nothing else would make it waver on purpose.
    let dir = tempfile::tempdir().expect("a folder");
    let wavers = format!(
        "N = {:?}\nn = int(open(N).read()) if os.path.exists(N) else 0\nopen(N, 'w').write(str(n + 1))\ndef answer(method, path, body):\n    return (404, {{}}, b'') if path == '/secret' else (200, {{}}, b'hello' if n % 4 < 2 else b'bye')\n",
        dir.path().join("n")
    );
    let class = Class::new().server("ada", GOOD).server("wavers", &wavers);
    // Each grading boots twice, as there is a hidden check.
    class
        .batch(&["--repeat", "3", "--sandbox", "none"])
        .code(0)
        .says("unstable: greets")
        .says("greets: wavers in 1 submission");
    class.gradebook(&["show"]).code(0).says("unstable: greets").says("·~·");
    let shown = class.gradebook(&["show"]).out;
    let line = |name: &str| shown.lines().position(|line| line.contains(name)).expect("a line");
    assert!(line("wavers") < line("ada"), "{shown}");
}

#[test]
fn several_gradings_of_each_are_done_whatever_was_graded_before() {
    let class = Class::new().server("ada", GOOD).server("bob", BAD);
    class.batch(&[]).code(0);
    class
        .batch(&["--repeat", "2"])
        .code(0)
        .says("2 submissions graded")
        .says("graded 2 times")
        .says("alike each time");
    let gradings: i64 =
        class.database().query_row("select count(*) from gradings", [], |row| row.get(0)).expect("a count");
    assert_eq!(gradings, 2 + 4);
}

#[test]
fn whoever_is_near_the_pass_mark_is_graded_twice() {
    let class = Class::new().server("ada", GOOD).server("near", NEAR);
    class.batch(&[]).code(0).says("graded 2 times");
    class.gradebook(&["show"]).code(0).says("near the pass mark");
    let turns: i64 =
        class.database().query_row("select count(*) from gradings", [], |row| row.get(0)).expect("a count");
    assert_eq!(turns, 3);
}

/// What a gradebook says, apart from when and how fast.
fn told(class: &Class) -> Vec<String> {
    let database = class.database();
    let sound: String = database.query_row("pragma integrity_check", [], |row| row.get(0)).expect("a check");
    assert_eq!(sound, "ok");
    let mut statement = database
        .prepare(
            "select student, label, digest, run, turn, seed, verdict, why is null, earned, maximum, group_concat(outcome)
             from gradings join submissions on submissions.id = submission
             join (select * from outcomes order by grading, position) on grading = gradings.id
             group by gradings.id order by student, turn",
        )
        .expect("a query");
    let rows = statement.query_map([], |row| {
        let cells = (0..11).map(|at| row.get::<_, rusqlite::types::Value>(at));
        Ok(format!("{:?}", cells.collect::<Result<Vec<_>, _>>()?))
    });
    rows.expect("rows").collect::<Result<_, _>>().expect("text")
}

fn big_class() -> Class {
    ["a", "b", "c", "d", "e", "f"]
        .iter()
        .enumerate()
        .fold(Class::new(), |class, (index, name)| class.server(name, [GOOD, BAD, NEAR][index % 3]))
        .program("z", "raise SystemExit(1)\n")
}

/// The class is graded by batches that are killed at random moments, until one comes to its end.
#[test]
fn killed_at_any_moment_it_goes_on_and_nothing_is_lost_or_done_twice() {
    let kills: usize = std::env::var("GRADUS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(15);
    let undisturbed = big_class();
    let begun = Instant::now();
    // A word of its own, by which whatever is left behind would be found.
    undisturbed.batch(&["--seed", "7"]).code(0);
    let whole = begun.elapsed();
    let expected = told(&undisturbed);
    assert_eq!(expected.len(), 9, "{expected:?}");
    let (mut done, mut state) = (0, 0x9e37_79b9_u64);
    while done < kills {
        let class = big_class();
        let mut finished = 0_i64;
        // The moments are drawn from a fixed row, and so differ from run to run only with the machine.
        loop {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (state >> 40) as f64 / (1_u64 << 24) as f64;
            let (mut child, _cache) = class.gradus(&["--seed", "7"]).spawn();
            let until = Instant::now() + Duration::from_secs_f64(whole.as_secs_f64() * share * 0.8);
            while Instant::now() < until && child.try_wait().expect("a child").is_none() {
                std::thread::sleep(Duration::from_millis(5));
            }
            if child.try_wait().expect("a child").is_some() || done == kills {
                child.wait().expect("it ends");
                break;
            }
            child.kill().and_then(|()| child.wait()).expect("it is killed");
            done += 1;
            if class.path("gradebook.db").exists() {
                let now = class.database().query_row("select count(*) from gradings", [], |row| row.get(0));
                // It may have been killed before there was a table.
                let now: i64 = now.unwrap_or(0);
                assert!(now >= finished, "{now} of {finished} gradings are left");
                finished = now;
            }
        }
        class.batch(&["--seed", "7"]).code(0);
        assert_eq!(told(&class), expected);
        let runs: i64 = class
            .database()
            .query_row("select count(*) from runs where id in (select run from gradings)", [], |row| {
                row.get(0)
            })
            .expect("a count");
        assert_eq!(runs, 1, "it is one run, however often it was cut off");
        assert!(!class.path("gradebook.db.scratch").exists(), "nothing is left behind");
    }
}

#[test]
fn ctrl_c_ends_in_order_and_the_next_one_goes_on() {
    let class = Class::new()
        .short_limits()
        .server("ada", GOOD)
        .server("slow", "def answer(method, path, body):\n    time.sleep(60)\n");
    let (mut child, _cache) = class.gradus(&["--jobs", "1", "--regrade", "changed"]).spawn();
    let begun = Instant::now();
    let graded = || {
        class.path("gradebook.db").exists()
            && class
                .database()
                .query_row("select count(*) from submissions", [], |row| row.get::<_, i64>(0))
                .is_ok_and(|count| count > 0)
    };
    while !graded() {
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is ever graded");
        std::thread::sleep(Duration::from_millis(5));
    }
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    class.batch(&["--jobs", "1"]).code(0).says("Goes on with run 1");
    assert_eq!(class.csv(&["student"]).len(), 2);
}

#[test]
fn two_batches_never_write_to_one_gradebook() {
    let class = Class::new().server("ada", "time.sleep(2)\n".to_owned().as_str()).server("bob", GOOD);
    let (mut child, _cache) = class.gradus(&[]).spawn();
    let begun = Instant::now();
    while !class.path("gradebook.db.scratch").exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never begins");
        std::thread::sleep(Duration::from_millis(2));
    }
    class.batch(&[]).code(2).complains("another batch is writing");
    child.kill().and_then(|()| child.wait()).expect("it is killed");
    // Whatever was left behind holds nobody up.
    class.server("ada", GOOD).batch(&[]).code(0).says("2 passed");
}
