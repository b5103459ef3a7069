// Package cron reads the cron lines of pipeline schedules, and tells when they are next due, as the gem fugit does that
// GitLab reads them with.
//
//	cron.go     what callers see: Parse, Line
//	fields.go   one field of a line: lists, ranges, steps, names
//	next.go     the next moment that a line names in a time zone
//	zones.go    time zones, by the names that Rails has for them as well
package cron
