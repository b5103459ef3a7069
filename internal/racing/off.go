//go:build !race

package racing

// Detected is whether the race detector is on.
const Detected = false
