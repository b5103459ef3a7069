package ciyaml

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// What Psych takes a plain word for (Psych::ScalarScanner).
var (
	isNothing  = regexp.MustCompile(`^(~|null|Null|NULL)?$`)
	isTrue     = regexp.MustCompile(`(?i)^(yes|true|on)$`)
	isFalse    = regexp.MustCompile(`(?i)^(no|false|off)$`)
	isInteger  = regexp.MustCompile(`^[-+]?(0|[1-9]([0-9]|,[0-9]|_[0-9])*)$`)
	isOctal    = regexp.MustCompile(`^[-+]?0[_,]*[0-7][0-7_,]*$`)
	isHex      = regexp.MustCompile(`^[-+]?0x[0-9a-fA-F_,]+$`)
	isBinary   = regexp.MustCompile(`^[-+]?0b[01_,]+$`)
	isFloat    = regexp.MustCompile(`^[-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][+-][0-9]+)?$`)
	isInfinity = regexp.MustCompile(`(?i)^[-+]?\.inf$`)
	isNaN      = regexp.MustCompile(`(?i)^\.nan$`)
	isBase60   = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9]){1,2}$`)
	isDate     = regexp.MustCompile(`^\d{4}-(1[012]|0\d|\d)-([12]\d|3[01]|0\d|\d)$`)
	isSymbol   = regexp.MustCompile(`^:.`)
)

// errTextDate is Psych's refusal of a date, a class that GitLab does not let it load.
const errTextDate = "Tried to load unspecified class: Date"

const quotedStyles = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func scalar(node *yaml.Node) (any, error) {
	if node.Style&quotedStyles != 0 || node.Style&yaml.TaggedStyle != 0 && node.Tag == "!!str" {
		return node.Value, nil
	}
	if word := node.Value; word != "" && word[0] >= '0' && word[0] <= '9' && isDate.MatchString(word) {
		return nil, errors.New(errTextDate)
	}
	return plainScalar(node.Value), nil
}

// plainScalar is what a plain word stands for. Most begin with a letter that says at once that they are texts.
func plainScalar(word string) any {
	if word == "" {
		return nil
	}
	if len(word) > 60 || !strings.Contains("~nNyYtToOfF:+-.0123456789", word[:1]) {
		return word
	}
	switch first := word[0]; {
	case first > '9':
		switch {
		case isNothing.MatchString(word):
			return nil
		case isTrue.MatchString(word):
			return true
		case isFalse.MatchString(word):
			return false
		case isSymbol.MatchString(word):
			return Symbol(strings.Trim(word[1:], `"'`))
		}
		return word
	case isInfinity.MatchString(word):
		if first == '-' {
			return math.Inf(-1)
		}
		return math.Inf(1)
	case isNaN.MatchString(word):
		return math.NaN()
	}
	return number(word)
}

// number is the number that a word is or, if it is none, the word.
func number(word string) any {
	digits := strings.NewReplacer("_", "", ",", "").Replace(word)
	base := 0
	switch {
	case isInteger.MatchString(word):
		base = decimal
	case isOctal.MatchString(word):
		base = 8
	case isHex.MatchString(word):
		digits, base = strings.Replace(digits, "0x", "", 1), 16
	case isBinary.MatchString(word):
		digits, base = strings.Replace(digits, "0b", "", 1), 2
	case isBase60.MatchString(word):
		return sixties(digits)
	case isFloat.MatchString(word):
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return f
		}
		return word
	}
	if base == 0 {
		return word
	}
	return integer(digits, base, word)
}

const decimal = 10

// integer is the number that digits are, or what they are otherwise.
func integer(digits string, base int, otherwise any) any {
	if n, err := strconv.ParseInt(digits, base, 64); err == nil {
		return n
	}
	if n, ok := new(big.Int).SetString(digits, base); ok {
		return n
	}
	return otherwise
}

// sixties reads YAML 1.1's numbers to the base of sixty as Psych does, to which 1:30 is an hour and a half.
func sixties(word string) any {
	var total int64
	for _, part := range strings.Split(word, ":") {
		n, err := strconv.ParseInt(part, 10, 32)
		if err != nil {
			return word
		}
		total = total*60 + n
	}
	if strings.Count(word, ":") == 1 {
		total *= 60
	}
	return total
}
