//go:build !race

package testkit

// UnderRace is whether the race detector is on, which makes everything several times slower.
const UnderRace = false
