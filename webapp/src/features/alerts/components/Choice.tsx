import { Select } from "@mantine/core";

interface ChoiceProps<Value extends string> {
  label: string;
  about: string;
  data: readonly Value[];
  say: (value: Value) => string;
  value: Value | null;
  onChange: (value: Value) => void;
}

/** One of a few. */
export function Choice<Value extends string>({ label, about, data, say, value, onChange }: ChoiceProps<Value>) {
  return (
    <Select
      label={label}
      description={about}
      data={data.map((each) => ({ value: each, label: say(each) }))}
      value={value}
      allowDeselect={false}
      searchable={data.length > 10}
      onChange={(next) => {
        const found = data.find((each) => each === next);
        if (found !== undefined) onChange(found);
      }}
    />
  );
}
