package rest

// The settings of groups and projects that are kept as attributes (world.Attribute): as parameters, as a request gives
// them, and as they are shown.

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// attributeParams declares attributes as parameters.
func attributeParams(attributes []world.Attribute) []params.Param {
	kinds := map[world.AttributeKind]params.Kind{world.FlagAttribute: params.Boolean,
		world.NumberAttribute: params.Integer, world.TextAttribute: params.String, world.WordsAttribute: params.CommaList,
		world.DecimalAttribute: params.String, world.JSONAttribute: params.Any}
	declared := make([]params.Param, len(attributes))
	for i, a := range attributes {
		declared[i] = params.Param{Name: a.Name, Kind: kinds[a.Kind], Values: a.Values}
		if a.Kind == world.DecimalAttribute {
			declared[i].Match = world.Decimal
		}
	}
	return declared
}

// attributesGiven are those attributes that the request gives, in their text form.
func attributesGiven(v params.Values, attributes []world.Attribute) map[string]string {
	given := map[string]string{}
	for _, a := range attributes {
		if !v.Has(a.Name) || a.Kind == world.JSONAttribute { // each of that kind is read in a way of its own
			continue
		}
		given[a.Name] = world.Unset
		switch a.Kind {
		case world.FlagAttribute:
			if on, ok := v.Bool(a.Name); ok {
				given[a.Name] = strconv.FormatBool(on)
			}
		case world.NumberAttribute:
			if n, ok := v.Int(a.Name); ok {
				given[a.Name] = strconv.Itoa(n)
			}
		case world.WordsAttribute:
			words, _ := v.List(a.Name)
			given[a.Name] = strings.Join(words, ",")
		default:
			given[a.Name], _ = v.String(a.Name)
		}
	}
	return given
}

// overlay shows attributes in an entity, in the fields of their names. What the version does not show, or not to the
// user, stays as it is: an optional field that is absent, and what an embedded pointer lacks.
func overlay(entity any, attributes map[string]string) {
	v := reflect.ValueOf(entity).Elem()
	for name, text := range attributes {
		setText(fieldOf(v, name), text)
	}
}

// fieldOf is the field of a struct, or of one embedded in it, that has a name in JSON; the zero Value if there is none.
func fieldOf(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tagged, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if tagged == name {
			return v.Field(i)
		}
		if tagged != "" { // what has none is embedded
			continue
		}
		inside := v.Field(i)
		if inside.Kind() == reflect.Pointer {
			inside = inside.Elem() // the zero Value, if it is nil
		}
		if inside.IsValid() {
			if found := fieldOf(inside, name); found.IsValid() {
				return found
			}
		}
	}
	return reflect.Value{}
}

// setText sets a field, if there is one, to what its text form says. Pointers are made anew: what they point to may be
// others' as well.
func setText(field reflect.Value, text string) {
	switch field.Kind() {
	case reflect.Bool:
		field.SetBool(text == "true")
	case reflect.Int:
		n, _ := strconv.Atoi(text) // it has been checked
		field.SetInt(int64(n))
	case reflect.String:
		field.SetString(text)
	case reflect.Slice:
		field.Set(reflect.ValueOf(strings.Split(text, ",")))
	case reflect.Pointer:
		if isOptional := field.Type().Elem().Kind() == reflect.Pointer; isOptional && field.IsNil() {
			return
		}
		fresh := reflect.New(field.Type().Elem())
		setText(fresh.Elem(), text)
		field.Set(fresh.Convert(field.Type()))
	}
}
