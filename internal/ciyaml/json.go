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
	value := fromJSON(d)
	if TooBig(value) {
		return nil, errors.New(errTextTooBig)
	}
	return value, nil
}

// fromJSON reads the next value of a text that is well-formed.
func fromJSON(d *json.Decoder) any {
	token, _ := d.Token()
	switch token := token.(type) {
	case json.Number:
		return jsonNumber(string(token))
	case json.Delim:
		if token == '[' {
			list := []any{}
			for d.More() {
				list = append(list, fromJSON(d))
			}
			_, _ = d.Token()
			return list
		}
		m := &Map{}
		for d.More() {
			key, _ := d.Token()
			m.Set(key.(string), fromJSON(d))
		}
		_, _ = d.Token()
		return m
	}
	return token
}

func jsonNumber(text string) any {
	if strings.ContainsAny(text, ".eE") {
		f, _ := strconv.ParseFloat(text, 64) // an infinite one beyond its range, as Ruby's
		return f
	}
	return integer(text, decimal, new(big.Int))
}
