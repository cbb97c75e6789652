//! Which checks measure time, and are left alone meanwhile.

use gradus_model::read;

fn measures_time(step: &str) -> bool {
    let text = format!(
        "format: 1\nexercise: demo\npass: 50\nchecks:\n  - id: only\n    claim: It is fast\n    points: 1\n    steps:\n{step}\n"
    );
    let grader = read::grader("grader.yaml", &text, &|_| Err("none".into()));
    grader.unwrap_or_else(|invalid| panic!("{invalid:?}\n{text}")).checks[0].measures_time()
}

#[test]
fn a_check_that_compares_times_measures_them() {
    let asks = "{ get: /, expect: { status: 200 } }";
    let sized = asks.replace("/,", "/$(size),");
    assert!(measures_time(&format!("      - compare: {{ with: baseline, steps: [{asks}], at_least: 2x }}")));
    assert!(measures_time(&format!(
        "      - growth: {{ sizes: [10, 40, 160], steps: [{sized}], measure: time, at_most: linear }}"
    )));
    assert!(!measures_time(&format!("      - {asks}")));
    assert!(!measures_time(&format!(
        "      - growth: {{ sizes: [10, 40, 160], steps: [{sized}], measure: fuel, at_most: linear }}"
    )));
}
