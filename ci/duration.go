package ci

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// amount is a number with its unit, which may be missing; and is no unit but joins two amounts.
var amount = regexp.MustCompile(`^([0-9.]+) *([a-z]*)`)

// ParseDuration reads a duration as GitLab's configuration has it in timeout, expire_in and the like (its library is
// chronic_duration): numbers with units, "1h 30m", "2 hrs 20 min", "3 weeks and 2 days", "1 year". Capitals do not
// matter, nor do commas and blanks between the parts; a number without a unit is seconds. Units go from the second to
// the year, in full or short (s, min, h, d, wk, mo, yr). As in GitLab a month is 30 days and a year 365.25.
//
// The "never" that expire_in also takes is no duration, and neither are an empty text and a negative number.
func ParseDuration(text string) (time.Duration, error) {
	bad := &specError{text: fmt.Sprintf("%q is not a duration such as \"1h 30m\" or a number of seconds", text)}
	rest := strings.ToLower(text)
	var total float64
	found := false
	for {
		rest = strings.TrimLeft(rest, " ,\t")
		if after, ok := strings.CutPrefix(rest, "and "); ok && found {
			rest = after
			continue
		}
		if rest == "" {
			break
		}
		match := amount.FindStringSubmatch(rest)
		if match == nil {
			return 0, bad
		}
		name, after := match[2], rest[len(match[0]):]
		if name == "and" {
			name, after = "", "and"+after
		}
		value, err := strconv.ParseFloat(match[1], 64)
		size, ok := unit(name)
		if err != nil || !ok {
			return 0, bad
		}
		total, rest, found = total+value*size.Seconds(), after, true
	}
	if !found || total > float64(1<<62)/float64(time.Second) {
		return 0, bad
	}
	return time.Duration(total * float64(time.Second)), nil
}

// unit adds to the units of all durations those that only GitLab's configuration has.
func unit(name string) (time.Duration, bool) {
	const day = 24 * time.Hour
	switch name {
	case "":
		return time.Second, true
	case "mo", "mos", "mon", "mons", "month", "months":
		return 30 * day, true
	case "y", "yr", "yrs", "year", "years":
		return 365*day + day/4, true
	}
	return datajson.Unit(name)
}
