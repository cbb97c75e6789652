//! A table of system calls as a filter that looks each of them up in a few steps. The system tries a filter on every number
//! when a program is locked, so a long chain of comparisons costs each start half a millisecond. It knows no names.

use seccompiler::{BpfProgram, sock_filter};
use std::collections::{BTreeMap, BTreeSet};

/// What comes of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is made.
    Allowed,
    /// It fails with this error.
    Error(i32),
}

/// The filter for calls with these answers; all others have the answer `otherwise`. It looks at the number alone: another
/// filter must see to the architecture.
pub fn filter(table: &BTreeMap<u32, Answer>, otherwise: Answer) -> Result<BpfProgram, String> {
    let of = |number: u32| table.get(&number).copied().unwrap_or(otherwise);
    // Where another answer may begin: at each number of the table and after it.
    let edges: BTreeSet<u32> = table.keys().flat_map(|number| [*number, number + 1]).collect();
    let mut ranges = vec![(0, of(0))];
    for edge in edges {
        if ranges.last().is_some_and(|(_, answer)| *answer != of(edge)) {
            ranges.push((edge, of(edge)));
        }
    }
    // The number is the first word of what a filter sees (`struct seccomp_data` of linux/seccomp.h).
    let mut program = vec![step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    program.extend(among(&ranges)?);
    Ok(program)
}

/// Finds the range of a number, each of which begins where it says.
fn among(ranges: &[(u32, Answer)]) -> Result<BpfProgram, String> {
    if let [(_, answer)] = ranges {
        return Ok(vec![step(libc::BPF_RET | libc::BPF_K, 0, code(*answer))]);
    }
    let (lower, upper) = ranges.split_at(ranges.len() / 2);
    let below = among(lower)?;
    let skip = u8::try_from(below.len()).map_err(|_| "the table of system calls has too many ranges")?;
    let from = upper.first().map_or(0, |(from, _)| *from);
    let mut program = vec![step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, skip, from)];
    program.extend(below);
    program.extend(among(upper)?);
    Ok(program)
}

fn step(code: u32, jt: u8, k: u32) -> sock_filter {
    sock_filter { code: code as u16, jt, jf: 0, k }
}

fn code(answer: Answer) -> u32 {
    match answer {
        Answer::Allowed => libc::SECCOMP_RET_ALLOW,
        Answer::Error(error) => libc::SECCOMP_RET_ERRNO | error.unsigned_abs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter answers, and after how many steps.
    fn run(program: &BpfProgram, number: u32) -> (u32, usize) {
        let (mut at, mut steps) = (1, 1);
        loop {
            let step = &program[at];
            steps += 1;
            match u32::from(step.code) {
                code if code == libc::BPF_RET | libc::BPF_K => return (step.k, steps),
                _ if number >= step.k => at += 1 + usize::from(step.jt),
                _ => at += 1,
            }
        }
    }

    #[test]
    fn every_number_has_the_answer_of_the_table_after_a_few_steps() {
        let refused = Answer::Error(libc::EPERM);
        let table: BTreeMap<u32, Answer> = (0..450)
            .filter(|number| number % 23 < 9 || number % 29 == 1)
            .map(|number| (number, if number % 23 == 4 { refused } else { Answer::Allowed }))
            .collect();
        let missing = Answer::Error(libc::ENOSYS);
        for table in [BTreeMap::new(), BTreeMap::from([(9, Answer::Allowed)]), table] {
            let program = filter(&table, missing).expect("a filter");
            for number in (0..600).chain([0x4000_0001, u32::MAX]) {
                let (answer, steps) = run(&program, number);
                assert_eq!(answer, code(table.get(&number).copied().unwrap_or(missing)), "{number}");
                assert!(steps <= 11, "{number}: {steps}");
            }
        }
    }

    #[test]
    fn a_table_that_a_filter_can_not_hold_is_an_error() {
        let table = (0..4000).step_by(2).map(|number| (number, Answer::Allowed)).collect();
        assert!(filter(&table, Answer::Error(libc::ENOSYS)).is_err());
    }
}
