//! Verdicts on simulated machines: the same series on every run, with noise that comes in bursts and with starving.

use super::*;

/// A processor gives so many seconds at a time.
const SLICE: f64 = 0.003;
const PROCESSORS: f64 = 2.0;

/// A machine on which somebody else works now and then.
struct Machine {
    now: f64,
    /// Whether somebody else works at a moment.
    is_busy: fn(f64) -> bool,
    /// How long one waits for each slice then.
    waits: f64,
    random: u64,
}

impl Machine {
    fn new(is_busy: fn(f64) -> bool, waits: f64, seed: u64) -> Self {
        Self { now: 0.0, is_busy, waits, random: seed }
    }

    fn chance(&mut self) -> f64 {
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) as f64 / (1_u64 << 31) as f64
    }

    /// Runs for so long, and sleeps for so long.
    fn work(&mut self, runs: f64, sleeps: f64) -> Spent {
        let begun = self.now;
        let (mut left, mut waited) = (runs, 0.0);
        while left > 0.0 {
            if (self.is_busy)(self.now) {
                // Now and then one is lucky.
                let wait = self.waits * (0.5 + self.chance());
                waited += wait;
                self.now += wait;
            }
            self.now += left.min(SLICE);
            left -= SLICE;
        }
        self.now += sleeps;
        Spent { times: 1.0, took: self.now - begun, ran: runs, worked: runs, waited }
    }

    fn pair(&mut self, one: (f64, f64), other: (f64, f64)) -> [Spent; 2] {
        if self.chance() < 0.5 {
            let first = self.work(one.0, one.1);
            [first, self.work(other.0, other.1)]
        } else {
            let first = self.work(other.0, other.1);
            [self.work(one.0, one.1), first]
        }
    }
}

/// Looks as a check does, until something is clear.
fn judged(mut machine: Machine, one: (f64, f64), other: (f64, f64), at_least: f64) -> Reaches {
    let most = 61;
    let mut pairs = Vec::new();
    for count in 1..=most {
        pairs.push(machine.pair(one, other));
        let told = compare(&pairs, at_least, PROCESSORS).filter(|_| is_time_to_look(count, most));
        if let Some(told) = told.filter(|told| told.reaches != Reaches::Unclear) {
            return told.reaches;
        }
    }
    Reaches::Unclear
}

fn grown(mut machine: Machine, power: f64, bound: f64) -> Reaches {
    let (sizes, most) = ([1.0, 4.0, 16.0], 41);
    let mut rounds = Vec::new();
    for count in 1..=most {
        rounds.push(sizes.iter().map(|size: &f64| machine.work(0.0004 * size.powf(power), 0.0)).collect());
        let told = growth(&sizes, &rounds, bound, PROCESSORS).filter(|_| is_time_to_look(count, most));
        if let Some(told) = told.filter(|told| told.reaches != Reaches::Unclear) {
            return told.reaches;
        }
    }
    Reaches::Unclear
}

/// Half a second of work of others, and half a second of rest.
fn bursts(now: f64) -> bool {
    now.rem_euclid(1.0) < 0.5
}

/// Bursts of 50 ms, as far apart.
fn short_bursts(now: f64) -> bool {
    now.rem_euclid(0.1) < 0.05
}

#[test]
fn a_calm_machine_tells_at_the_first_look() {
    let calm = || Machine::new(|_| false, 0.0, 1);
    let mut pairs: Vec<[Spent; 2]> = Vec::new();
    let mut machine = calm();
    pairs.extend((0..LEAST).map(|_| machine.pair((0.001, 0.0), (0.006, 0.0))));
    assert_eq!(compare(&pairs[1..], 3.0, PROCESSORS), None, "six pairs tell nothing");
    let told = compare(&pairs, 3.0, PROCESSORS).expect("seven pairs");
    assert_eq!((told.reaches, told.by_processor), (Reaches::Yes, None));
    assert_eq!(judged(calm(), (0.006, 0.0), (0.006, 0.0), 3.0), Reaches::No);
}

#[test]
fn nobody_fails_for_waits_beside_which_all_work_looks_alike() {
    for seed in 0..200 {
        // Both need one slice, and wait a fifth of a second for it: by the clock they are alike.
        let starved = || Machine::new(|_| true, 0.2, seed);
        assert_ne!(judged(starved(), (0.0004, 0.0), (0.003, 0.0), 3.0), Reaches::No, "seed {seed}");
        assert_eq!(judged(starved(), (0.003, 0.0), (0.003, 0.0), 3.0), Reaches::No, "seed {seed}");
    }
}

#[test]
fn nobody_passes_for_waits_that_only_the_other_one_has() {
    for seed in 0..200 {
        // The baseline needs a slice more, and so it waits twice as long: 2.1 times, of which work is 1.1.
        let starved = Machine::new(|_| true, 0.2, seed);
        assert_ne!(judged(starved, (0.003, 0.0), (0.0033, 0.0), 1.7), Reaches::Yes, "seed {seed}");
    }
}

#[test]
fn bursts_of_others_hide_nothing_and_make_nothing_up() {
    for (seed, busy) in (0..200).flat_map(|seed| [(seed, bursts as fn(f64) -> bool), (seed, short_bursts)]) {
        let machine = || Machine::new(busy, 0.02, seed);
        assert_ne!(judged(machine(), (0.003, 0.0), (0.018, 0.0), 3.0), Reaches::No, "seed {seed}");
        assert_ne!(judged(machine(), (0.018, 0.0), (0.018, 0.0), 3.0), Reaches::Yes, "seed {seed}");
        assert_ne!(grown(machine(), 1.0, 1.3), Reaches::Yes, "seed {seed}");
        assert_ne!(grown(machine(), 2.0, 1.3), Reaches::No, "seed {seed}");
    }
}

#[test]
fn growth_that_waits_hide_is_not_called_none() {
    for seed in 0..200 {
        let starved = |waits| Machine::new(|_| true, waits, seed);
        assert_ne!(grown(starved(0.5), 2.0, 1.3), Reaches::No, "seed {seed}");
        assert_ne!(grown(starved(0.5), 1.0, 0.2), Reaches::No, "seed {seed}");
        // Half of a busy machine is enough.
        assert_eq!(grown(starved(0.003), 2.0, 1.3), Reaches::Yes, "seed {seed}");
    }
}

#[test]
fn many_measurements_that_lie_far_apart_tell_if_processor_time_says_the_same() {
    let spent = |worked: f64, took: f64| Spent { times: 1.0, took, ran: worked, worked, waited: took };
    // Seven times as fast by the clock, or half as fast, now this and now that.
    let pairs = |count: usize, worked: f64| -> Vec<[Spent; 2]> {
        let ratio = |at: usize| if at.is_multiple_of(3) { 0.5 } else { 7.0 };
        (0..count).map(|at| [spent(worked, 0.1), spent(0.010, 0.1 * ratio(at))]).collect()
    };
    let told = |count, worked| compare(&pairs(count, worked), 5.0, PROCESSORS).expect("enough pairs").reaches;
    assert_eq!(told(21, 0.001), Reaches::Unclear);
    assert_eq!(told(28, 0.001), Reaches::Yes);
    assert_eq!(told(28, 0.010), Reaches::Unclear, "processor time says that they are alike");
}

#[test]
fn who_sleeps_is_slow_whatever_the_processors_say() {
    let calm = || Machine::new(|_| false, 0.0, 1);
    assert_eq!(judged(calm(), (0.001, 0.1), (0.02, 0.0), 3.0), Reaches::No);
    assert_eq!(judged(calm(), (0.001, 0.01), (0.001, 0.1), 3.0), Reaches::Yes);
    let starved = Machine::new(|_| true, 0.05, 1);
    assert_eq!(judged(starved, (0.001, 0.3), (0.02, 0.0), 3.0), Reaches::Unclear);
}

#[test]
fn who_has_all_processors_waits_only_for_itself() {
    let crowded = Spent { times: 1.0, took: 1.0, ran: 1.9, worked: 1.9, waited: 2.0 };
    assert!(!crowded.is_starved(PROCESSORS));
    assert!(Spent { ran: 0.9, ..crowded }.is_starved(PROCESSORS));
    assert!(!Spent { ran: 0.9, waited: 0.2, ..crowded }.is_starved(PROCESSORS));
    assert!(!Spent { ran: 0.0, waited: 0.0, ..crowded }.is_starved(PROCESSORS), "nobody counts them");
}
