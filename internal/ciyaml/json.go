package ciyaml

import (
	"encoding/json"
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// FromJSON is the value that a text of JSON has for Ruby's JSON.parse: a number with a point or an exponent is a
// float64, be it whole or not, and any other is as long as it was written. Of a key given twice the last value counts.
func FromJSON(text string) (any, error) {
	if !json.Valid([]byte(text)) {
		return nil, errors.New("this is no JSON")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	value, ok := fromJSON(d)
	if !ok || TooBig(value) {
		return nil, ErrTooBig
	}
	return value, nil
}

// maxDigits is how long a whole number may be: reading one, and writing it, takes time by the square of its length.
const maxDigits = 4096

// fromJSON reads the next value of a text that is well-formed. It is not ok if a number is too long.
func fromJSON(d *json.Decoder) (value any, ok bool) {
	token, _ := d.Token()
	switch token := token.(type) {
	case json.Number:
		value = jsonNumber(string(token))
		return value, value != nil
	case json.Delim:
		if token == '[' {
			list := []any{}
			for d.More() {
				if value, ok = fromJSON(d); !ok {
					return nil, false
				}
				list = append(list, value)
			}
			_, _ = d.Token()
			return list, true
		}
		m := &Map{}
		for d.More() {
			key, _ := d.Token()
			if value, ok = fromJSON(d); !ok {
				return nil, false
			}
			m.Set(key.(string), value)
		}
		_, _ = d.Token()
		return m, true
	}
	return token, true
}

// jsonNumber is the number of a text; nil if it is too long.
func jsonNumber(text string) any {
	if strings.ContainsAny(text, ".eE") {
		f, _ := strconv.ParseFloat(text, 64) // an infinite one beyond its range, as Ruby's
		return f
	}
	if len(text) > maxDigits {
		return nil
	}
	return integer(text, decimal, new(big.Int))
}
