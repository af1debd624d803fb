-- When the texts went of what came to nothing or ended long ago. The rows stay, for the figures.
ALTER TABLE candidacies ADD COLUMN forgotten_at timestamptz;
ALTER TABLE intakes ADD COLUMN forgotten_at timestamptz;
ALTER TABLE trajectories ADD COLUMN forgotten_at timestamptz;
CREATE INDEX candidacies_to_forget ON candidacies (status, closed_at) WHERE forgotten_at IS NULL;
CREATE INDEX candidacies_merged ON candidacies (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX intakes_to_forget ON intakes (status, closed_at) WHERE forgotten_at IS NULL;
CREATE INDEX trajectories_to_forget ON trajectories (closed_at) WHERE forgotten_at IS NULL;

-- When it was last tried to ask for consent without a coordinator, and nobody could be asked.
ALTER TABLE candidacies ADD COLUMN consent_tried_at timestamptz;
