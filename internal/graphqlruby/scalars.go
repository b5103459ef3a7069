package graphqlruby

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// builtInScalars are those of the specification (lib/graphql/types/*.rb). What Output cannot show is given back as an
// error, which is a bug of the caller's.
var builtInScalars = map[string]Scalar{
	"Int": {
		ParseInput: func(value any) (any, error) {
			if n, ok := value.(int64); ok && math.MinInt32 <= n && n <= math.MaxInt32 {
				return int(n), nil
			}
			return nil, nil
		},
		Output: func(value any) any {
			n, ok := wholeOf(value)
			if !ok || n < math.MinInt32 || n > math.MaxInt32 {
				return fmt.Errorf("%v (%T) is no Int", value, value)
			}
			return n
		},
	},
	"Float": {
		ParseInput: func(value any) (any, error) {
			switch n := value.(type) {
			case int64:
				return float64(n), nil
			case json.Number:
				return parseFloat(n.String()), nil
			case float64:
				return n, nil
			}
			return nil, nil
		},
		Output: ShowFloat,
	},
	"String": {
		ParseInput: func(value any) (any, error) {
			if text, ok := value.(string); ok {
				return text, nil
			}
			return nil, nil
		},
		Output: func(value any) any { return fmt.Sprint(value) },
	},
	"Boolean": {
		ParseInput: func(value any) (any, error) {
			if b, ok := value.(bool); ok {
				return b, nil
			}
			return nil, nil
		},
		Output: func(value any) any {
			if b, ok := value.(bool); ok {
				return b
			}
			return fmt.Errorf("%v (%T) is no Boolean", value, value)
		},
	},
	"ID": {
		ParseInput: func(value any) (any, error) {
			switch id := value.(type) {
			case string:
				return id, nil
			case int64:
				return strconv.FormatInt(id, 10), nil
			case json.Number:
				return id.String(), nil
			}
			return nil, nil
		},
		Output: func(value any) any { return fmt.Sprint(value) },
	},
}

// ShowFloat is the Output of Float, for scalars that show their numbers as it does: with a point, were they whole.
func ShowFloat(value any) any {
	if n, ok := wholeOf(value); ok {
		return json.RawMessage(rubyFloat(float64(n)))
	}
	v := reflect.ValueOf(value)
	switch {
	case !v.CanFloat():
		return fmt.Errorf("%v (%T) is no Float", value, value)
	case math.IsInf(v.Float(), 0) || math.IsNaN(v.Float()):
		return json.RawMessage("null") // as ActiveSupport shows what JSON has no number for
	}
	return json.RawMessage(rubyFloat(v.Float()))
}

func wholeOf(value any) (int64, bool) {
	switch v := reflect.ValueOf(value); {
	case v.CanInt():
		return v.Int(), true
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return int64(v.Uint()), true
	}
	return 0, false
}
