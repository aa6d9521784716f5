import { NumberInput, Select, Switch, TextInput } from "@mantine/core";

import type { SettingField } from "../settingsFields";

interface SettingInputProps {
  field: SettingField;
  value: string | number | boolean | null | undefined;
  onChange: (value: string | number | boolean | null) => void;
  disabled: boolean;
}

export function SettingInput({ field, value, onChange, disabled }: SettingInputProps) {
  const { kind, unit, empty } = field;
  const said = { label: field.label, description: field.about, disabled };
  if (kind === "switch")
    return (
      <Switch {...said} mt={4} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
    );
  if (kind === "text")
    return (
      <TextInput
        {...said}
        spellCheck={false}
        placeholder={empty}
        value={String(value ?? "")}
        onChange={(event) => onChange(event.currentTarget.value || (empty ? null : ""))}
      />
    );
  if (kind === "number") {
    const size = unit?.size ?? 1;
    return (
      <NumberInput
        {...said}
        size="sm"
        min={0}
        suffix={unit && ` ${unit.name}`}
        placeholder={empty}
        value={typeof value === "number" ? value / size : ""}
        onChange={(next) =>
          typeof next === "number" ? onChange(Math.round(next * size * 100) / 100) : empty && onChange(null)
        }
      />
    );
  }
  return (
    <Select
      {...said}
      allowDeselect={false}
      data={kind.choices.map(([choice, label]) => ({ value: choice, label }))}
      value={String(value)}
      onChange={onChange}
    />
  );
}
