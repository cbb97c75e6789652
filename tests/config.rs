//! Submissions that are configurations: Gradus runs the server, and names in the configuration stand for what it is told.

use crate::support::Gradus;
use crate::support::course::Course;

const CHECKS: &str = r#"  - id: passes-on
    claim: What comes in is passed on
    points: 1
    steps:
      - get: /app/one
        expect: { status: 200, json: { path: /app/one } }
      - calls: { stub: app }
        expect: { count: 1 }
      - get: /static/hello.txt
        expect: { status: 200, text: "hello\n" }
  - id: again
    claim: It can be started again, twice over, and on new data
    points: 1
    fresh: data
    steps:
      - get: /app/two
        instance: b
        expect: { status: 200 }
      - server: term
      - server: start
      - get: /app/three
        expect: { status: 200, json: { path: /app/three } }
"#;

const NGINX: &str = r#"events {}
http {
  client_body_temp_path ${DATA_DIR}/body;
  proxy_temp_path ${DATA_DIR}/proxy;
  fastcgi_temp_path ${DATA_DIR}/fastcgi;
  uwsgi_temp_path ${DATA_DIR}/uwsgi;
  scgi_temp_path ${DATA_DIR}/scgi;
  access_log off;
  upstream app { server ${APP_HOST}:${APP_PORT}; }
  server {
    listen ${HOST}:${PORT};
    location /app/ { proxy_pass http://app; }
    location /static/ { root public; }
  }
}
"#;

const APACHE: &str = r#"LoadModule mpm_event_module ${MODULES_DIR}/mod_mpm_event.so
LoadModule authz_core_module ${MODULES_DIR}/mod_authz_core.so
LoadModule proxy_module ${MODULES_DIR}/mod_proxy.so
LoadModule proxy_http_module ${MODULES_DIR}/mod_proxy_http.so
Listen ${HOST}:${PORT}
ServerName localhost
DocumentRoot public
ProxyPass /app/ ${APP_URL}/app/
"#;

const LIGHTTPD: &str = r#"server.port = ${PORT}
server.bind = "${HOST}"
server.document-root = "${CONFIG_DIR}/public"
server.modules = ("mod_proxy")
$HTTP["url"] =~ "^/app/" {
  proxy.server = ( "" => ( ( "host" => "${APP_HOST}", "port" => ${APP_PORT} ) ) )
}
"#;

/// Each server, the name of its configuration, and one that does what is asked.
const SERVERS: [(&str, &str, &str); 3] = [
    ("nginx", "nginx.conf", NGINX),
    ("Apache", "httpd.conf", APACHE),
    ("lighttpd", "lighttpd.conf", LIGHTTPD),
];

/// A course that wants a configuration, and this one.
fn course(file: &str, text: &str) -> Course {
    let course = Course::new("", "");
    let exercise = std::fs::read_to_string(course.root.path().join("exercises/demo/exercise.toml"));
    let exercise = exercise.expect("an exercise").replace("\"server\"", "\"config\"");
    course.write("exercises/demo/exercise.toml", &exercise);
    let stubs =
        "stubs:\n  app: { routes: [ { get: /app/*, reply: { json: { path: $(request_path) } } } ] }\n";
    let grader = format!("format: 1\nexercise: demo\npass: 80\n{stubs}checks:\n{CHECKS}");
    course.write("graders/demo/grader.yaml", &grader);
    std::fs::remove_file(course.work().join("app.py")).expect("a file");
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n");
    course.write("work/public/static/hello.txt", "hello\n");
    course.write(&format!("work/{file}"), text);
    course
}

#[test]
fn each_server_runs_with_a_configuration_in_every_sandbox() {
    for (_, file, text) in SERVERS {
        let course = course(file, text);
        for sandbox in ["native", "guarded", "none"] {
            course.check(&["--sandbox", sandbox]).code(0).says("2 of 2 checks passed");
        }
    }
}

#[test]
fn a_mistake_is_shown_in_the_servers_own_words_with_the_learners_line() {
    for (server, file, text) in SERVERS {
        let lines = text.lines().count();
        let ran = course(file, &format!("{text}bogus on;\n")).check(&[]);
        let ran = ran.code(1).says(&format!("{server} does not accept the configuration"));
        match server {
            "nginx" => ran.says(&format!("unknown directive \"bogus\" in ./nginx.conf:{}", lines + 1)),
            "Apache" => ran.says(&format!("line {} of ./httpd.conf", lines + 1)),
            _ => ran.says(&format!("lighttpd.conf line: {}", lines + 1)),
        };
    }
}

#[test]
fn a_name_that_stands_for_nothing_is_shown_with_its_line_and_the_one_that_was_meant() {
    let text = NGINX.replace("${APP_PORT}", "${AP_PORT}");
    let shown = "\
  │ nginx.conf:9:37: ${AP_PORT} stands for nothing
  │   |
  │ 9 |   upstream app { server ${APP_HOST}:${AP_PORT}; }
  │   |                                     ^^^^^^^^^^
  │   = did you mean ${APP_PORT}?
";
    course("nginx.conf", &text).check(&[]).code(1).says(shown);
    // In a comment, and in small letters, it is the learner's own affair.
    let text = NGINX.replace("events {}", "events {} # ${host}\n# ${NOBODY}").replace("/hello", "${uri}");
    course("nginx.conf", &text).check(&[]).code(0);
}

#[test]
fn included_files_are_filled_in_and_others_are_not() {
    let text = NGINX.replace("upstream app { server ${APP_HOST}:${APP_PORT}; }", "include parts/*.conf;");
    let course = course("nginx.conf", &text);
    course.write("work/parts/app.conf", "upstream app { server ${APP_HOST}:${APP_PORT}; }\n");
    course.write("work/public/static/page.txt", "${PORT}");
    let checks = CHECKS.to_owned()
        + "  - id: page\n    claim: A page is as it is\n    points: 1\n    steps:\n      - get: /static/page.txt\n        expect: { text: \"${PORT}\" }\n";
    let stubs =
        "stubs:\n  app: { routes: [ { get: /app/*, reply: { json: { path: $(request_path) } } } ] }\n";
    let grader = format!("format: 1\nexercise: demo\npass: 80\n{stubs}checks:\n{checks}");
    course.write("graders/demo/grader.yaml", &grader);
    course.check(&[]).code(0).says("3 of 3 checks passed");
}

#[test]
fn what_is_no_configuration_of_one_server_is_told_apart() {
    let none = course("notes.txt", "");
    none.check(&[]).code(2).complains("nginx.conf, httpd.conf, apache2.conf, lighttpd.conf");
    let two = course("nginx.conf", NGINX);
    two.write("work/lighttpd.conf", LIGHTTPD);
    two.check(&[]).code(2).complains("holds nginx.conf and lighttpd.conf");
    let runs = course("nginx.conf", NGINX);
    runs.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"nginx\"\n");
    runs.check(&[]).code(2).complains("remove `build` and `start`");
    let below = course("edge/nginx.conf", &NGINX.replace("root public", "root ../public"));
    below.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n\n[run]\ndir = \"edge\"\n");
    below.check(&[]).code(0);
}

#[test]
fn the_plan_says_which_server_runs_how() {
    let course = course("httpd.conf", APACHE);
    let work = course.work().display().to_string();
    Gradus::new(["plan", &work])
        .run()
        .code(0)
        .says("exec apache2 -D FOREGROUND")
        .says("httpd.conf is there: a configuration of Apache")
        .says("${MODULES_DIR}");
    Gradus::new(["doctor"]).run().says("Servers that run with your configuration").says("lighttpd");
}

#[test]
fn a_server_that_is_not_installed_is_named_with_its_package_and_nobody_is_to_blame() {
    let course = course("lighttpd.conf", LIGHTTPD);
    let without = ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /usr/sbin && exec \"$@\"", "sh"];
    course
        .gradus(&["--sandbox", "none"])
        .below(&without)
        .run()
        .code(4)
        .says("`lighttpd` is not installed on this machine")
        .says("apt-get install lighttpd");
    Gradus::new(["doctor"]).below(&without).run().says("not here; apt-get install lighttpd");
}
