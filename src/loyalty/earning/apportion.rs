//! Whole parts of a whole.

/// Parts `total` in proportion to `weights` by largest remainder: the parts add up to `total`, and each differs from its
/// exact share by less than one. Of equal remainders the earlier comes first. Weights of zero in sum count as equal.
/// `None` where the numbers are out of reach, or negative.
pub fn apportion(total: i64, weights: &[i128]) -> Option<Vec<i64>> {
    if total < 0 || weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    let sum = weights.iter().try_fold(0_i128, |sum, weight| sum.checked_add(*weight))?;
    if sum == 0 {
        return if weights.is_empty() { (total == 0).then(Vec::new) } else { apportion(total, &vec![1; weights.len()]) };
    }
    let shares = weights.iter().map(|weight| weight.checked_mul(total.into())).collect::<Option<Vec<_>>>()?;
    let mut parts: Vec<i128> = shares.iter().map(|share| share / sum).collect();
    let left = i128::from(total) - parts.iter().sum::<i128>();
    let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
    by_remainder.sort_by_key(|at| std::cmp::Reverse(shares[*at] % sum));
    for at in by_remainder.into_iter().take(left as usize) {
        parts[at] += 1;
    }
    parts.into_iter().map(|part| part.try_into().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::apportion;

    #[test]
    fn parts_add_up_and_ties_go_to_the_earlier() {
        for (total, weights, parts) in [
            (1_000, vec![1_999, 1_647], Some(vec![548, 452])),
            (26, vec![1_451, 1_195], Some(vec![14, 12])),
            (1, vec![5, 5, 5], Some(vec![1, 0, 0])),
            (2, vec![5, 5, 5], Some(vec![1, 1, 0])),
            (7, vec![0, 0], Some(vec![4, 3])),
            (7, vec![0, 3], Some(vec![0, 7])),
            (0, vec![3, 4], Some(vec![0, 0])),
            (0, vec![], Some(vec![])),
            (1, vec![], None),
            (-1, vec![1], None),
            (1, vec![2, -1], None),
            (i64::MAX, vec![i64::MAX.into(), i64::MAX.into()], Some(vec![i64::MAX / 2 + 1, i64::MAX / 2])),
            (2, vec![i128::MAX, 1], None),
        ] {
            assert_eq!(apportion(total, &weights), parts, "{total} over {weights:?}");
        }
    }
}
