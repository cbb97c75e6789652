//! How a cost grows with the size of the work, as the exponent that fits its measurements.

/// The exponent `e` for which costs are nearest to `c × size^e`: the slope of the line through the logarithms of sizes and
/// costs, by least squares. There are at least two different sizes, all positive; so are the costs.
pub fn exponent(sizes: &[f64], costs: &[f64]) -> f64 {
    let count = sizes.len() as f64;
    let middle = |numbers: &[f64]| numbers.iter().map(|number| number.ln()).sum::<f64>() / count;
    let (size, cost) = (middle(sizes), middle(costs));
    let (mut together, mut alone) = (0.0, 0.0);
    for (&at, &took) in sizes.iter().zip(costs) {
        let aside = at.ln() - size;
        together += aside * (took.ln() - cost);
        alone += aside * aside;
    }
    together / alone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_found_whatever_they_are_multiplied_with() {
        let sizes = [100.0, 400.0, 1600.0];
        for power in [0.0, 0.5, 1.0, 2.0, 3.0] {
            let costs = sizes.map(|size: f64| 0.003 * size.powf(power));
            assert!((exponent(&sizes, &costs) - power).abs() < 1e-9, "{power}");
        }
    }

    #[test]
    fn what_does_not_grow_evenly_has_the_exponent_between() {
        let steep = exponent(&[6.0, 12.0, 48.0], &[6.0, 24.0, 100.0]);
        assert!(steep > 1.0 && steep < 2.0, "{steep}");
    }
}
