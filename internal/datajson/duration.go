package datajson

import (
	"errors"
	"math/big"
	"regexp"
	"strings"
	"time"
)

var errDuration = errors.New(`want seconds, or a duration such as "1h 30m"`)

// parseSeconds reads a JSON number of seconds exactly.
func parseSeconds(number string) (time.Duration, error) {
	if len(number) > 40 { // an exponent could make a number that takes for ever to reckon
		return 0, errDuration
	}
	if mantissa, exponent, ok := strings.Cut(strings.ToLower(number), "e"); ok && (len(exponent) > 3 || mantissa == "") {
		return 0, errDuration
	}
	seconds, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, errDuration
	}
	nanos := seconds.Mul(seconds, big.NewRat(int64(time.Second), 1))
	if !nanos.IsInt() {
		return 0, errors.New("a duration has no parts of a nanosecond")
	}
	if !nanos.Num().IsInt64() {
		return 0, errors.New("a duration of more than 292 years")
	}
	return time.Duration(nanos.Num().Int64()), nil
}

// part is a number with its unit. Units are those of Go and those that GitLab's own fields for durations know.
var part = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) *([a-zµ]+)[ ,]*`)

// ParseDuration reads a duration as people and Go write it: "90s", "1h 30m", "1h30m", "3 hours 20 minutes", "2 days",
// "1 week", "-10ms". A text of digits alone is seconds. It is exact to the nanosecond, unlike ci.ParseDuration, which
// has the rules of GitLab's configuration; both ask Unit.
func ParseDuration(text string) (time.Duration, error) {
	rest, negative := strings.CutPrefix(strings.ToLower(strings.TrimSpace(text)), "-")
	if rest != "" && strings.Trim(rest, "0123456789") == "" {
		rest += "s"
	}
	total := new(big.Rat)
	for first := true; first || rest != ""; first = false {
		m := part.FindStringSubmatch(rest)
		if m == nil || len(m[1]) > 40 {
			return 0, errDuration
		}
		size, ok := unit(m[2])
		number, numeric := new(big.Rat).SetString(m[1])
		if !ok || !numeric {
			return 0, errDuration
		}
		total.Add(total, number.Mul(number, big.NewRat(int64(size), int64(time.Second))))
		rest = rest[len(m[0]):]
	}
	if negative {
		total.Neg(total)
	}
	return parseSeconds(total.FloatString(9))
}

// unit adds to the units of all durations those of Go that are parts of a second.
func unit(name string) (time.Duration, bool) {
	switch name {
	case "ns":
		return time.Nanosecond, true
	case "us", "µs":
		return time.Microsecond, true
	case "ms":
		return time.Millisecond, true
	}
	return Unit(name)
}

// Unit is how long a unit is whose name, in full or short, GitLab knows: from the second to the week.
func Unit(name string) (time.Duration, bool) {
	switch name {
	case "s", "sec", "secs", "second", "seconds":
		return time.Second, true
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute, true
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour, true
	case "d", "day", "days":
		return 24 * time.Hour, true
	case "w", "wk", "wks", "week", "weeks":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}
