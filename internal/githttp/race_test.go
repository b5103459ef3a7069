//go:build race

package githttp

// underRace is whether the race detector is on.
const underRace = true
