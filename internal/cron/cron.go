package cron

import (
	"slices"
	"strings"
)

// Line is a cron line that has been read: the moments that it names, on the clocks of any time zone.
type Line struct {
	seconds, minutes, hours, months []int // in order; nil is all of them
	monthDays                       []int // below 0 they are counted from the end of the month, -1 the last; nil is all
	weekDays                        []weekDay
}

// weekDay is a day of the week, 0 Sunday.
type weekDay struct {
	day int
	nth int // which one in the month, below 0 from its end; 0 is each
}

// The fields of a line, from minutes on; one with seconds has these before them.
const (
	fieldCount     = 5
	fieldsWithSecs = 6
)

// Parse reads a line of five fields, minutes to days of the week, or of six with seconds before them. ok is false for
// what is no cron line, and for one that names no moment at all, as the 30th of February.
//
// Two signs that fugit takes are not known here: & beside days, and % behind a day of the week.
func Parse(text string) (line Line, ok bool) {
	fields := strings.Fields(text)
	if len(fields) == fieldCount {
		fields = append([]string{"0"}, fields...)
	}
	if len(fields) != fieldsWithSecs {
		return Line{}, false
	}
	for i, f := range []struct {
		to *[]int
		of kind
	}{{&line.seconds, minuteField}, {&line.minutes, minuteField}, {&line.hours, hourField},
		{&line.monthDays, monthDayField}, {&line.months, monthField}} {
		if *f.to, ok = f.of.read(fields[i]); !ok {
			return Line{}, false
		}
	}
	for i, h := range line.hours {
		line.hours[i] = h % 24 // 24 is midnight
	}
	slices.Sort(line.hours)
	if line.weekDays, ok = readWeekDays(fields[fieldCount]); !ok {
		return Line{}, false
	}
	return line, line.possible()
}

// longest is how many days each month has at most.
var longest = []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// possible reports whether any of the months of the line has any of its days.
func (l Line) possible() bool {
	if l.monthDays == nil || l.weekDays != nil || l.months == nil {
		return true
	}
	return slices.ContainsFunc(l.months, func(month int) bool {
		return slices.ContainsFunc(l.monthDays, func(day int) bool { return max(day, -day) <= longest[month-1] })
	})
}
