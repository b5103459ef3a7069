// Package differences tells a person how plain data differs from what was expected.
//
//   - text.go: of any two values; what a comparison leaves out; the value of a field as text
//   - fields.go: of some fields of a record, and of aspects of a thing
//   - worlds.go: of two whole worlds, a line for each field
//   - added.go: what GitLab gave the records that are new in a world, of which who writes a test cannot say it
package differences
