# Asks graphql-ruby itself: reads recorded.json and writes it anew, each request with what the gem answers to it over
# schema.graphql, with the values that recorded_test.go has. The gem's "lib" folder is the argument; version 2.5.11, on
# Ruby 3.2 or later.
#
#   ruby testdata/record.rb /path/to/graphql-ruby/lib < testdata/recorded.json > /tmp/recorded.json
#
# A request that the gem itself breaks at is left out, with a line on the standard error. Descriptions of what every
# schema has are left out of the answers: they are the gem's own prose.
$LOAD_PATH.unshift ARGV.fetch(0)
require "graphql"
require "json"
require "logger"

class Values
  PEOPLE = {
    1 => { "t" => "User", "id" => 1, "name" => "Ann", "status" => "ON", "tags" => %w[a b], "friend" => 2, "must" => 2,
           "items" => [{ "t" => "Thing", "id" => 7, "name" => "pen", "weight" => 1.5, "owner" => 1 }], "age" => 30,
           "nums" => [1, nil, 3] },
    2 => { "t" => "User", "id" => 2, "name" => nil, "status" => "OFF", "tags" => nil, "friend" => nil, "must" => nil,
           "items" => [nil], "age" => nil, "nums" => nil },
  }.freeze
  ROBOT = { "t" => "Robot", "serial" => "r2" }.freeze

  def call(type, field, parent, args, _context)
    case "#{type.graphql_name}.#{field.graphql_name}"
    when "Query.me", "Query.named", "Mutation.set" then PEOPLE[1]
    when "Query.node" then node(args[:id])
    when "Query.user" then PEOPLE[args[:id].to_i]
    when "Query.users" then { "count" => 2, "nodes" => [PEOPLE[1], PEOPLE[2]] }
    when "Query.found" then [PEOPLE[1], ROBOT]
    when "Query.single" then ROBOT
    when "Query.add" then args[:b] && args[:a] + args[:b]
    when "Query.float" then args[:f]
    when "Query.flag" then args[:b]
    when "Query.fails" then raise GraphQL::ExecutionError.new("It fails", extensions: { "code" => "F" })
    when "Query.nullFail" then nil
    when "Query.echo" then args[:text]
    when "Query.list" then [1, nil]
    when "Query.matrix" then [[1, nil], nil, []]
    when "Query.badList" then ["a", nil]
    when "Query.gaps" then [PEOPLE[1], nil, PEOPLE[2]]
    when "Query.pick" then JSON.generate(plain(args.to_h))
    when "Query.json", "Query.filter", "Query.defaulted" then plain(args.to_h)
    when "Query.old" then 1
    when "Query.anyId" then args[:id]
    when "Query.required" then args[:n]
    when "Mutation.twice" then args[:n] * 2
    when "User.friend", "User.must", "Thing.owner" then PEOPLE[parent[field.graphql_name]]
    else parent[field.graphql_name]
    end
  end

  def resolve_type(_type, value, _context) = TheSchema.get_type(value["t"])
  def coerce_result(_type, value, _context) = value

  def coerce_input(type, value, _context)
    return value unless type.graphql_name == "UserID"
    return value[1..] if value.is_a?(String) && value.match?(/\Au\d+\z/)

    shown = value.is_a?(GraphQL::Language::Nodes::Enum) ? value.name : value
    raise GraphQL::CoercionError, "#{shown.inspect} is not a valid id"
  end

  private

  def node(id)
    return PEOPLE[id.to_i] unless id == "7"

    { "t" => "Thing", "id" => 7, "name" => "pen", "weight" => 2.0, "owner" => 2 }
  end

  def plain(value)
    case value
    when Hash then value.to_h { |k, v| [k.to_s, plain(v)] }
    when Array then value.map { |v| plain(v) }
    when GraphQL::Schema::InputObject then plain(value.to_h)
    else value
    end
  end
end

TheSchema = GraphQL::Schema.from_definition(File.read(File.join(__dir__, "schema.graphql")), default_resolve: Values.new)
TheSchema.validate_max_errors(5)
TheSchema.default_logger(Logger.new(File::NULL))

def without_prose(value)
  case value
  when Array then value.map { |v| without_prose(v) }
  when Hash then value.to_h { |k, v| [k, k == "description" && v != "A person" ? nil : without_prose(v)] }
  else value
  end
end

lines = JSON.parse($stdin.read).filter_map do |request|
  options = { variables: request["variables"], max_depth: request["maxDepth"], max_complexity: request["maxComplexity"] }
  options[:operation_name] = request["operationName"] if request.key?("operationName")
  answer = without_prose(TheSchema.execute(request["query"], **options).to_h)
  JSON.generate(request.merge("answer" => answer))
rescue StandardError => e
  warn "#{request["query"]}: #{e.message.lines.first}"
  nil
end
puts "[", lines.join(",\n"), "]"
