#!/bin/sh
# Generates the codec of the frames from protocol/colo.proto, twice:
#   page/  what the page ships: it encodes what a phone says and decodes what it hears
#   full/  both ways for every message, for the tests
set -eu
cd "$(dirname "$0")/.."

said='Hello|Join|Leave|Send|History|Delete|Pen|Active|ClientFrame|Drawing|Stroke'
heard='Welcome|Joined|Message|Accepted|Rejected|Page|Presence|Deleted|PenMoved|Rooms|Room|ServerFrame|Drawing|Stroke'
options='oneof=unions-value,enumsAsLiterals=true,removeEnumPrefix=true,unrecognizedEnum=false,forceLong=number'
options="$options,outputJsonMethods=false,outputPartialMethods=false,useExactTypes=false,esModuleInterop=true"

generate() {
  mkdir -p "client/src/wire/generated/$1"
  protoc --plugin=node_modules/.bin/protoc-gen-ts_proto \
    --ts_proto_out="client/src/wire/generated/$1" --ts_proto_opt="$2" -I protocol protocol/colo.proto
}

generate page "$options,outputEncodeIncludeTypes=^($said)\$,outputDecodeIncludeTypes=^($heard)\$"
generate full "$options"
