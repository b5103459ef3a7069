package cron

import (
	"slices"
	"time"
)

// tooFar is how many years ahead a moment is looked for. The 29th of February is 8 away at most.
const tooFar = 40

// Next is the first moment after another one that the line names on the clocks of a zone, in UTC. Where clocks are put
// back, what is the same on them as at the moment before does not count again (fugit's Cron#next_time). The zero time
// is that there is none in sight.
func (l Line) Next(after time.Time, zone *time.Location) time.Time {
	from := after.In(zone)
	t := from.Truncate(time.Second)
	limit := t.AddDate(tooFar, 0, 0)
	for t.Before(limit) {
		switch {
		case !t.After(from):
			t = t.Add(time.Second)
		case !within(l.months, int(t.Month())):
			t = later(t, time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, zone))
		case !l.onDay(t):
			t = later(t, time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone))
		case !within(l.hours, t.Hour()):
			t = t.Add(time.Hour - time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second)
		case !within(l.minutes, t.Minute()):
			t = t.Add(time.Minute - time.Duration(t.Second())*time.Second)
		case !within(l.seconds, t.Second()):
			t = t.Add(time.Second)
		case t.Format(time.DateTime) == from.Format(time.DateTime):
			from = t
		default:
			return t.UTC()
		}
	}
	return time.Time{}
}

// later is the midnight that is sought. Where the clocks skip it, what Go makes of it may be before t.
func later(t, midnight time.Time) time.Time {
	for !midnight.After(t) {
		midnight = midnight.Add(time.Hour)
	}
	return midnight
}

// within reports whether a field has a number; nil has all.
func within(field []int, n int) bool { return field == nil || slices.Contains(field, n) }

// onDay reports whether the line names the day: where it has days of the month and days of the week, either will do.
func (l Line) onDay(t time.Time) bool {
	switch {
	case l.monthDays == nil:
		return l.weekDays == nil || l.onWeekDay(t)
	case l.weekDays == nil:
		return l.onMonthDay(t)
	}
	return l.onMonthDay(t) || l.onWeekDay(t)
}

// monthLength is how many days the month of a time has.
func monthLength(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func (l Line) onMonthDay(t time.Time) bool {
	return within(l.monthDays, t.Day()) || within(l.monthDays, t.Day()-monthLength(t)-1)
}

func (l Line) onWeekDay(t time.Time) bool {
	return slices.ContainsFunc(l.weekDays, func(d weekDay) bool {
		const week = 7
		fromStart, fromEnd := (t.Day()-1)/week+1, -((monthLength(t)-t.Day())/week + 1)
		return d.day == int(t.Weekday()) && (d.nth == 0 || d.nth == fromStart || d.nth == fromEnd)
	})
}
