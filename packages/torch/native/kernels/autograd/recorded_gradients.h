// Gradients of a composite that can be followed further, for gradients of gradients.
#pragma once

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <iterator>

namespace ocelli {

// An operand with a node of its own in the graph. The composite is computed of these: where one operand
// was computed from another, the engine would else follow that way too, and count it twice.
inline at::Tensor standIn(const at::Tensor& operand) {
  return operand.defined() && operand.requires_grad() ? operand.view_as(operand) : operand;
}

// The gradient by each stand-in, in their places; undefined where none is asked for.
inline torch::autograd::variable_list recordedGradientsOf(
    const at::Tensor& output, const torch::autograd::variable_list& standIns, const at::Tensor& outer) {
  const auto isWanted = [](const at::Tensor& t) { return t.defined() && t.requires_grad(); };
  torch::autograd::variable_list wanted, result;
  std::copy_if(standIns.begin(), standIns.end(), std::back_inserter(wanted), isWanted);
  if (wanted.empty()) return torch::autograd::variable_list(standIns.size());
  const auto found = torch::autograd::grad({output}, wanted, {outer}, true, true, true);
  auto next = found.begin();
  for (const at::Tensor& tensor : standIns) result.push_back(isWanted(tensor) ? *next++ : at::Tensor());
  return result;
}

}  // namespace ocelli
