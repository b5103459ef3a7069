// Package outside is what a fake has of the test around it and cannot trust: the test's clock, the writer of its
// journal, the line that it is at, the bubble that it may run in, the terminal and the folder for its files.
//
//   - clock.go: the fake's clock, which stands still or follows a function of the test
//   - lines.go: lines for a writer of the test
//   - keeper.go: what takes the test's place where its errors are to be kept and not to fail it
//   - notest.go: what takes the place of a test where there is none
//   - news.go: telling those who wait that something has happened
//   - waiting.go: until when the test waits
//   - apart.go: functions of the test that may panic or end their goroutine
//   - place.go: where in the test a call came from; whether the test runs in a testing/synctest bubble
//   - keep.go: the person who runs the test, and waiting for them
//   - artifacts.go: where a test leaves files
//   - folder.go: the folder on disk that a fake has for itself, and that goes with it
//
// A function of the test may panic, hang or use the fake, which then waits for itself. Neither may cost an answer: the
// function is given up after a while, once and for all, and what was wrong is told.
package outside
