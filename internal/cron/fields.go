package cron

import (
	"slices"
	"strconv"
	"strings"
)

// kind is what a field of a line may have.
type kind struct {
	least, most int
	highest     int // may be written, and means least if it is more than most
	names       []string
	fromEnd     bool // numbers below 0, and L
}

var (
	monthNames = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	dayNames   = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	longDays   = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
)

var (
	minuteField   = kind{least: 0, most: 59, highest: 59}
	hourField     = kind{least: 0, most: 23, highest: 24}
	monthDayField = kind{least: 1, most: 31, highest: 31, fromEnd: true}
	monthField    = kind{least: 1, most: 12, highest: 12, names: monthNames}
	weekDayField  = kind{least: 0, most: 6, highest: 7, names: dayNames}
)

// read reads a field: a list of numbers, ranges and steps. nil is each number there is.
func (k kind) read(text string) (numbers []int, ok bool) {
	parts, ok := listOf(text)
	if !ok {
		return nil, false
	}
	for _, part := range parts {
		some, ok := k.part(part)
		if !ok {
			return nil, false
		}
		if some == nil {
			return nil, true
		}
		numbers = append(numbers, some...)
	}
	slices.Sort(numbers)
	return slices.Compact(numbers), true
}

// listOf cuts a field at its commas, of which there may be too many.
func listOf(text string) (parts []string, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts, len(parts) > 0
}

// part reads an element of a list: *, 5, 1-5, each with a step behind it or not. nil is each number there is.
func (k kind) part(text string) (numbers []int, ok bool) {
	text, stepText, stepped := strings.Cut(text, "/")
	step := 1
	if stepped {
		n, err := strconv.Atoi(stepText)
		if err != nil || n < 0 || len(stepText) > 2 {
			return nil, false
		}
		step = max(n, 1)
	}
	from, to := k.least, k.most
	switch first, last, isRange := cutRange(text); {
	case text == "*", text == "" && stepped:
		if step == 1 {
			return nil, true
		}
	default:
		if from, ok = k.number(first); !ok {
			return nil, false
		}
		if !isRange && !stepped {
			return []int{from}, true
		}
		if isRange {
			if to, ok = k.number(last); !ok {
				return nil, false
			}
		}
	}
	return k.between(from, to, step)
}

// cutRange cuts a range at its hyphen, which is not the sign of its first number.
func cutRange(text string) (first, last string, isRange bool) {
	i := strings.Index(text[min(1, len(text)):], "-") + 1
	if i == 0 {
		return text, "", false
	}
	return text[:i], text[i+1:], true
}

// between are the numbers of a range, which goes on at the lowest after the highest: 22-2 are hours of one night.
func (k kind) between(from, to, step int) (numbers []int, ok bool) {
	if from < 0 != (to < 0) {
		return nil, false
	}
	least, most := k.least, max(k.most, from, to)
	if from < 0 {
		least, most = -k.most, -1
	}
	for i, n := 0, from; ; i++ {
		if i%step == 0 {
			numbers = append(numbers, n)
		}
		if n == to {
			return numbers, true
		}
		if n++; n > most {
			n = least
		}
	}
}

// number reads a number or a name.
func (k kind) number(text string) (n int, ok bool) {
	text = strings.ToLower(text)
	if k.fromEnd && (text == "l" || text == "last") {
		return -1, true
	}
	if i := slices.Index(k.names, text); i >= 0 {
		return i + k.least, true
	}
	n, err := strconv.Atoi(text)
	if err != nil || len(text) > 3 || strings.HasPrefix(text, "+") {
		return 0, false
	}
	if n < 0 && k.fromEnd {
		return n, -n >= k.least && -n <= k.most
	}
	return n, n >= k.least && n <= k.highest
}

// readWeekDays reads the days of the week, of which nil is each. Behind one there may be which of them in the month is
// meant: mon#2, fri#-1, fri#L.
func readWeekDays(text string) (days []weekDay, ok bool) {
	parts, ok := listOf(text)
	if !ok {
		return nil, false
	}
	for _, part := range parts {
		part = strings.ToLower(part)
		for i, long := range longDays {
			part = strings.ReplaceAll(part, long, dayNames[i])
		}
		name, which, counted := strings.Cut(part, "#")
		nth := 0
		if counted {
			if nth, ok = weekInMonth(which); !ok {
				return nil, false
			}
			if _, ok = weekDayField.number(name); !ok {
				return nil, false
			}
		}
		numbers, ok := weekDayField.part(name)
		if !ok {
			return nil, false
		}
		if numbers == nil {
			return nil, true
		}
		for _, n := range numbers {
			days = append(days, weekDay{n % 7, nth}) // 7 is Sunday, too
		}
	}
	return days, true
}

// weekInMonth reads what is behind # of a day of the week.
func weekInMonth(text string) (nth int, ok bool) {
	if text == "l" || text == "last" {
		return -1, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n != 0 && n >= -5 && n <= 5
}
